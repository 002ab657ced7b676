/* zip.h - a zip file's directory, checked whole (zip.c). */
#ifndef IO_ZIP_H
#define IO_ZIP_H

#include "io/io.h"

typedef struct zip_entry {
    const char *name;          /* in the file; name_count bytes */
    size_t name_count, record; /* where its record in the directory is */
    size_t local, start, end;  /* its header, its data, and past the last byte that belongs to it */
    size_t packed, size;
    uint32_t crc;
    unsigned method, flags;
} zip_entry;

typedef struct zip {
    io_read *io;
    const unsigned char *at;
    size_t count;          /* of the file */
    size_t directory, end; /* where the directory is */
    size_t entry_count;
    zip_entry *entries;      /* in the order of their data */
    const zip_entry **names; /* the same by name */
} zip;

/* false: reported. io_zip_close in any case. */
bool io_zip_open(zip *z, io_read *io);
void io_zip_close(zip *z);
/* The entry's bytes: in the file where it is stored, else unpacked into io->owned. */
const unsigned char *io_zip_unpack(const zip *z, const zip_entry *e);
const char *io_zip_quote(char word[160], const zip_entry *e);

#endif
