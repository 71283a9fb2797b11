/* Signs with RSA and SHA-256 as often as each line of its input says, and answers with a line of JSON each time. */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int main(int argc, char **argv)
{
    char line[32];
    unsigned char message[256] = {0}, signature[1024];
    FILE *file = argc == 2 ? fopen(argv[1], "r") : NULL;
    EVP_PKEY *key = file ? PEM_read_PrivateKey(file, NULL, NULL, NULL) : NULL;
    if (!key)
        return 2;
    while (fgets(line, sizeof line, stdin)) {
        struct timespec used;
        for (int left = atoi(line); left > 0; left--) {
            size_t length = sizeof signature;
            EVP_MD_CTX *context = EVP_MD_CTX_new();
            if (EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) != 1 ||
                EVP_DigestSign(context, signature, &length, message, sizeof message) != 1)
                return 3;
            EVP_MD_CTX_free(context);
        }
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
        printf("{\"cpu_ns\": %lld}\n", used.tv_sec * 1000000000LL + used.tv_nsec);
        fflush(stdout);
    }
    return 0;
}
