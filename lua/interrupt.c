/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lua/interrupt.h"
#include "core/method.h"

/** How long after a first SIGINT a second one is the host's, s. */
#define SECOND_CHANCE 2.0

static volatile sig_atomic_t came;
static struct sigaction host;
static bool watching;
static double last; /* fl_clock() after a solve that was interrupted; 0: none was */

static void on_interrupt(int number) {
    came = 1;
    sigaction(number, &host, NULL);
}

const volatile sig_atomic_t *fl_lua_interrupt_begin(void) {
    struct sigaction ours = {.sa_handler = on_interrupt}, old;
    came = 0;
    if (last > 0 && fl_clock() - last < SECOND_CHANCE) return &came;
    sigaction(SIGINT, NULL, &old);
    if (old.sa_handler == SIG_IGN || old.sa_handler == on_interrupt) return &came;
    host = old;
    sigemptyset(&ours.sa_mask);
    watching = sigaction(SIGINT, &ours, NULL) == 0;
    return &came;
}

void fl_lua_interrupt_end(void) {
    if (watching && !came) sigaction(SIGINT, &host, NULL);
    if (watching && came) last = fl_clock();
    watching = false;
}
