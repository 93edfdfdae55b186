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
    long size = -1;
    int rc = 1;

    if (in && !fseek(in, 0, SEEK_END))
        size = ftell(in);
    if (size >= 0) {
        rewind(in);
        /* Exactly as long as the input, so that a read past it is seen. */
        data = malloc(size ? (size_t)size : 1);
    }
    if (data && fread(data, 1, (size_t)size, in) == (size_t)size) {
        LLVMFuzzerTestOneInput(data, (size_t)size);
        rc = 0;
    } else {
        perror(path);
    }
    free(data);
    if (in)
        fclose(in);
    return rc;
}

int main(int argc, char **argv)
{
    int rc = 0;

    for (int i = 1; i < argc; i++)
        rc |= replay(argv[i]);
    printf("%d inputs replayed\n", argc - 1);
    return rc;
}
