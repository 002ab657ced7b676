/* fuzz_main.c - replays files through a fuzz target, for compilers without libFuzzer. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        FILE *f = fopen(argv[i], "rb");
        if (!f) {
            printf("%s: cannot be read\n", argv[i]);
            return 1;
        }
        size_t capacity = 1u << 20, size;
        uint8_t *data = malloc(capacity);
        size = data ? fread(data, 1, capacity, f) : 0;
        LLVMFuzzerTestOneInput(data, size);
        free(data);
        fclose(f);
    }
    return 0;
}
