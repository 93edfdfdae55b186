/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A main() for a fuzz driver without libFuzzer: give it files, it runs the
 * driver on each. So a find can be looked at with gcc, gdb or AFL++.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay(const char *path)
{
    FILE *in = fopen(path, "rb");
    uint8_t *data = NULL;
    size_t size = 0, room = 0, n;

    if (!in) {
        perror(path);
        return 1;
    }
    do {
        if (room - size < 65536) {
            room = room ? room * 2 : 131072;
            data = realloc(data, room);
            if (!data) {
                fprintf(stderr, "%s: out of memory\n", path);
                exit(1);
            }
        }
        n = fread(data + size, 1, room - size, in);
        size += n;
    } while (n);
    fclose(in);
    /* Exactly as long as the input, so that a read past it is seen. */
    data = realloc(data, size ? size : 1);
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    return 0;
}

int main(int argc, char **argv)
{
    int rc = 0;

    for (int i = 1; i < argc; i++)
        rc |= replay(argv[i]);
    printf("%d inputs replayed\n", argc - 1);
    return rc;
}
