/* SPDX-License-Identifier: GPL-3.0-or-later */
/** SQLite databases for lua/store.lua: prepared statements and bound parameters, nothing else.
 *
 *  A database is a userdata that owns its connection, a statement one that owns its statement and keeps its
 *  database alive. Both are closed by close(), `<close>` or the collector; using them afterwards raises.
 *  A connection must not be used by a process that was forked after it was opened: the store opens one for
 *  each piece of work.
 *
 *  The journal is SQLite's rollback journal, since in WAL mode a full disk ends the process by SIGBUS, and
 *  SIGXFSZ is ignored from the first database that is opened for writing on, so that a limit on the size of
 *  files is an error like others. A writer that finds the file locked waits up to a minute. */
#ifndef FINLAB_LUA_DATABASE_H
#define FINLAB_LUA_DATABASE_H

#include <lua.h>

/** Make the metatables of databases and statements. */
void fl_lua_database_register(lua_State *L);

/** finlab.core.database(path, mode): mode "read" or "write" opens what is there, "create" also makes it. */
int fl_lua_database_open(lua_State *L);

#endif
