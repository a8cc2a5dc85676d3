/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Ctrl-C during a solve: it ends the solve, which answers with what it has. So does SIGTERM, which ends all
 *  later solves at once, too, so that a script comes to its end.
 *
 *  The signal is the host's again 50 ms after a first one came in, and stays the host's for solves that begin
 *  within two seconds of it: so a second Ctrl-C does what the host does about one (the program ends, lua5.4
 *  raises "interrupted!"), also in a script that solves in a loop. In those 50 ms the same signal is taken
 *  for an echo (`timeout` sends every signal twice), and a solve that one has ended answers when they are
 *  over. A host that ignores a signal is left alone. Signals belong to the process, so this is the binding's
 *  one piece of global state; when several threads solve at once, a signal stops one or all of them. */
#ifndef FINLAB_LUA_INTERRUPT_H
#define FINLAB_LUA_INTERRUPT_H

#include <lua.h>
#include <signal.h>
#include <stdbool.h>

/** Watch for the signals; returns the flag that fl_run() reads. */
const volatile sig_atomic_t *fl_lua_interrupt_begin(void);

/** Stop watching. Call once after each begin. */
void fl_lua_interrupt_end(void);

/** Whether one came since the last begin. */
bool fl_lua_interrupt_came(void);

/** catch(function, ...): pcall for a prompt, which Ctrl-C does not end. It ends a solve as everywhere, else
 * the function, which then raises "interrupted"; and reading a line, which then answers nil. */
int fl_lua_interrupt_catch(lua_State *L);

#endif
