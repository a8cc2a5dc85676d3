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
    sigemptyset(&ours.sa_mask);
    if (sigaction(SIGINT, &ours, &old) != 0 || old.sa_handler == on_interrupt) return &came;
    host = old;
    watching = true;
    if (host.sa_handler == SIG_IGN) fl_lua_interrupt_end();
    return &came;
}

void fl_lua_interrupt_end(void) {
    if (watching && !came) sigaction(SIGINT, &host, NULL);
    if (watching && came) last = fl_clock();
    watching = false;
}

bool fl_lua_interrupt_came(void) {
    return came != 0;
}
