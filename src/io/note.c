/*
 * note.c - reading the note of a safetensors file, once its checksum has shown that every byte is as it was written.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "io/io.h"

static bool note_fail(io_read *io)
{
    return report_plain(&io->r, E_NOTE_DAMAGED, io->r.source.file, NULL);
}

static bool note_check(io_read *io)
{
    const unsigned char *at = io->file.at;
    char digits[IO_CHECK_DIGITS + 1], zeros[IO_CHECK_DIGITS];
    io_hash h;
    size_t rest = IO_CHECK_AT + IO_CHECK_DIGITS;
    if (io->file.count < rest || memcmp(at + 8, IO_NOTE_HEAD, sizeof IO_NOTE_HEAD - 1) != 0) return note_fail(io);
    memset(zeros, '0', sizeof zeros);
    io_hash_begin(&h, 0);
    io_hash_add(&h, at, IO_CHECK_AT);
    io_hash_add(&h, zeros, sizeof zeros);
    io_hash_add(&h, at + rest, io->file.count - rest);
    snprintf(digits, sizeof digits, "%016" PRIx64, io_hash_end(&h));
    return memcmp(digits, at + IO_CHECK_AT, IO_CHECK_DIGITS) == 0 || note_fail(io);
}

static bool note_tell(io_read *io, ew_write *write, void *context)
{
    uint64_t length = io_little(io->file.at, 8);
    if (length > io->file.count - 8) return note_fail(io);
    json_t *header = json_loadb((const char *)io->file.at + 8, (size_t)length, JSON_REJECT_DUPLICATES, NULL);
    const char *note = json_string_value(json_object_get(json_object_get(header, "__metadata__"), "note"));
    bool good = header ? note || note_fail(io) : report_memory(&io->r);
    if (good && write(context, note, strlen(note)) != 0) good = report_memory(&io->r);
    json_decref(header);
    return good;
}

ew_status ew_data_note(const char *path, ew_write *write, void *context, const ew_options *options, ew_error *err)
{
    memory m = memory_of(options);
    io_read io = {.m = &m, .r = {.m = &m, .language = options ? options->language : NULL, .source = {.file = path}}};
    if (io_open(&io, path) && note_check(&io)) note_tell(&io, write, context);
    io_close(&m, &io.file);
    if (err) *err = io.r.error;
    return io.r.error.status;
}
