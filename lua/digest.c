/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lua/digest.h"
#include <lauxlib.h>
#include <stdint.h>
#include <string.h>

enum { BLOCK = 64, ROUNDS = 64, WORDS = 8, REMEMBERED = 256 };

/* The fractions of the cube roots of the first 64 primes. */
static const uint32_t constants[ROUNDS] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t rotate(uint32_t x, int n) {
    return x >> n | x << (32 - n);
}

/** The message schedule of one block. */
static void schedule(uint32_t w[ROUNDS], const unsigned char *block) {
    for (int i = 0; i < 16; i++, block += 4) {
        w[i] = (uint32_t)block[0] << 24 | (uint32_t)block[1] << 16 | (uint32_t)block[2] << 8 | block[3];
    }
    for (int i = 16; i < ROUNDS; i++) {
        uint32_t a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) + w[i - 7] +
               (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10);
    }
}

/** One round; the words change places by how the next one is called, not by being moved. */
static inline void mix(uint32_t a, uint32_t b, uint32_t c, uint32_t *d, uint32_t e, uint32_t f, uint32_t g,
                       uint32_t *h, uint32_t word) {
    uint32_t one = *h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + word;
    uint32_t two = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    *d += one;
    *h = one + two;
}

static void compress(uint32_t state[WORDS], const unsigned char *block) {
    uint32_t w[ROUNDS], s[WORDS];
    schedule(w, block);
    memcpy(s, state, sizeof s);
    for (int i = 0; i < ROUNDS; i += WORDS) {
        const uint32_t *k = constants + i, *x = w + i;
        mix(s[0], s[1], s[2], &s[3], s[4], s[5], s[6], &s[7], k[0] + x[0]);
        mix(s[7], s[0], s[1], &s[2], s[3], s[4], s[5], &s[6], k[1] + x[1]);
        mix(s[6], s[7], s[0], &s[1], s[2], s[3], s[4], &s[5], k[2] + x[2]);
        mix(s[5], s[6], s[7], &s[0], s[1], s[2], s[3], &s[4], k[3] + x[3]);
        mix(s[4], s[5], s[6], &s[7], s[0], s[1], s[2], &s[3], k[4] + x[4]);
        mix(s[3], s[4], s[5], &s[6], s[7], s[0], s[1], &s[2], k[5] + x[5]);
        mix(s[2], s[3], s[4], &s[5], s[6], s[7], s[0], &s[1], k[6] + x[6]);
        mix(s[1], s[2], s[3], &s[4], s[5], s[6], s[7], &s[0], k[7] + x[7]);
    }
    for (int i = 0; i < WORDS; i++) state[i] += s[i];
}

/** The blocks at the beginning of the last text, and the state after each: the instances of a sweep begin
 * alike for a long way, or are the same. */
typedef struct memory {
    int n;
    unsigned char block[REMEMBERED][BLOCK];
    uint32_t state[REMEMBERED][WORDS]; /* after the block */
} memory;

static const char registry_key = 0;

/** The memory of this Lua state. */
static memory *remember(lua_State *L) {
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &registry_key) != LUA_TUSERDATA) {
        lua_pop(L, 1);
        ((memory *)lua_newuserdatauv(L, sizeof(memory), 0))->n = 0;
        lua_pushvalue(L, -1);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &registry_key);
    }
    memory *self = lua_touserdata(L, -1);
    lua_pop(L, 1);
    return self;
}

/** The state after all whole blocks of a text. */
static void digest_blocks(uint32_t state[WORDS], memory *last, const unsigned char *text, size_t blocks) {
    int same = 0;
    size_t at;
    while ((size_t)same < blocks && same < last->n &&
           memcmp(last->block[same], text + (size_t)same * BLOCK, BLOCK) == 0) {
        same++;
    }
    if (same > 0) memcpy(state, last->state[same - 1], sizeof *last->state);
    last->n = same;
    for (at = (size_t)same; at < blocks; at++) {
        compress(state, text + at * BLOCK);
        if (at >= REMEMBERED) continue;
        memcpy(last->block[at], text + at * BLOCK, BLOCK);
        memcpy(last->state[at], state, sizeof *last->state);
        last->n = (int)at + 1;
    }
}

static void digest(uint32_t state[WORDS], memory *last, const unsigned char *text, size_t length) {
    static const uint32_t start[WORDS] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                          0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    unsigned char end[2 * BLOCK] = {0};
    uint64_t bits = (uint64_t)length * 8;
    memcpy(state, start, sizeof start);
    digest_blocks(state, last, text, length / BLOCK);
    size_t rest = length % BLOCK, padded = rest < BLOCK - 8 ? BLOCK : 2 * BLOCK;
    memcpy(end, text + length - rest, rest);
    end[rest] = 0x80;
    for (int i = 0; i < 8; i++) end[padded - 1 - (size_t)i] = (unsigned char)(bits >> (8 * i));
    for (size_t at = 0; at < padded; at += BLOCK) compress(state, end + at);
}

void fl_lua_digest_push(lua_State *L, const char *text, size_t length) {
    uint32_t state[WORDS];
    char digits[8 * WORDS];
    digest(state, remember(L), (const unsigned char *)text, length);
    for (int i = 0; i < 8 * WORDS; i++)
        digits[i] = "0123456789abcdef"[state[i / 8] >> (28 - 4 * (i % 8)) & 15];
    lua_pushlstring(L, digits, sizeof digits);
}

int fl_lua_digest(lua_State *L) {
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    fl_lua_digest_push(L, text, length);
    return 1;
}
