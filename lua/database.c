/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lua/database.h"
#include "core/status.h"
#include "lua/support.h"
#include <signal.h>
#include <sqlite3.h>

#define DATABASE  "finlab.database"
#define STATEMENT "finlab.statement"

/** How long a writer waits for another one, ms. */
enum { BUSY_MILLISECONDS = 60000 };

static sqlite3 **check_database(lua_State *L) {
    sqlite3 **self = luaL_checkudata(L, 1, DATABASE);
    luaL_argcheck(L, *self != NULL, 1, "the database is closed");
    return self;
}

static sqlite3_stmt **check_statement(lua_State *L) {
    sqlite3_stmt **self = luaL_checkudata(L, 1, STATEMENT);
    luaL_argcheck(L, *self != NULL, 1, "the statement is closed");
    return self;
}

static fl_status status_of(int code) {
    switch (code & 0xff) {
    case SQLITE_NOMEM:
        return FL_ENOMEM;
    case SQLITE_NOTADB:
        return FL_EINVAL;
    case SQLITE_ERROR:
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
    case SQLITE_MISMATCH:
    case SQLITE_CONSTRAINT:
        return FL_EINTERNAL;
    default:
        return FL_EIO;
    }
}

/** Push nil, "path: reason", code. */
static int fail(lua_State *L, sqlite3 *db, int code) {
    fl_error err;
    const char *path = db != NULL ? sqlite3_db_filename(db, "main") : NULL;
    fl_error_set(&err, status_of(code), path, "%s", db != NULL ? sqlite3_errmsg(db) : sqlite3_errstr(code));
    return fl_lua_support_fail(L, &err);
}

/** A file that grows beyond its limit is to be an error, not the end; a host's own handler stays. */
static void ignore_size_limit_signal(void) {
    struct sigaction old, ignore = {.sa_handler = SIG_IGN};
    if (sigaction(SIGXFSZ, NULL, &old) == 0 && old.sa_handler == SIG_DFL) sigaction(SIGXFSZ, &ignore, NULL);
}

int fl_lua_database_open(lua_State *L) {
    static const char *const modes[] = {"read", "write", "create", NULL};
    static const int flags[] = {SQLITE_OPEN_READONLY, SQLITE_OPEN_READWRITE,
                                SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE};
    const char *path = luaL_checkstring(L, 1);
    int mode = luaL_checkoption(L, 2, "read", modes);
    sqlite3 **self = lua_newuserdatauv(L, sizeof(sqlite3 *), 0);
    *self = NULL;
    luaL_setmetatable(L, DATABASE);
    if (mode != 0) ignore_size_limit_signal();
    int code = sqlite3_open_v2(path, self, flags[mode], NULL);
    if (code == SQLITE_OK) code = sqlite3_busy_timeout(*self, BUSY_MILLISECONDS);
    if (code != SQLITE_OK) {
        fl_error err;
        fl_error_set(&err, status_of(code), path, "%s",
                     *self != NULL ? sqlite3_errmsg(*self) : sqlite3_errstr(code));
        return fl_lua_support_fail(L, &err);
    }
    return 1;
}

/** db:exec(sql): statements without parameters and without answers. */
static int exec(lua_State *L) {
    sqlite3 *db = *check_database(L);
    int code = sqlite3_exec(db, luaL_checkstring(L, 2), NULL, NULL, NULL);
    if (code != SQLITE_OK) return fail(L, db, code);
    lua_pushboolean(L, true);
    return 1;
}

/** db:prepare(sql): one statement. */
static int prepare(lua_State *L) {
    sqlite3 *db = *check_database(L);
    const char *sql = luaL_checkstring(L, 2);
    sqlite3_stmt **self = lua_newuserdatauv(L, sizeof(sqlite3_stmt *), 1);
    *self = NULL;
    luaL_setmetatable(L, STATEMENT);
    lua_pushvalue(L, 1);
    lua_setiuservalue(L, -2, 1);
    int code = sqlite3_prepare_v2(db, sql, -1, self, NULL);
    if (code != SQLITE_OK) return fail(L, db, code);
    return 1;
}

/** db:moved(): whether the file was renamed or removed since it was opened. */
static int moved(lua_State *L) {
    int answer = 0;
    sqlite3_file_control(*check_database(L), "main", SQLITE_FCNTL_HAS_MOVED, &answer);
    lua_pushboolean(L, answer != 0);
    return 1;
}

static int close_database(lua_State *L) {
    sqlite3 **self = luaL_checkudata(L, 1, DATABASE);
    sqlite3_close_v2(*self);
    *self = NULL;
    return 0;
}

/** Bind the Lua value at `arg` to parameter `position`. */
static int bind_value(sqlite3_stmt *statement, int position, lua_State *L, int arg) {
    size_t length;
    const char *text;
    switch (lua_type(L, arg)) {
    case LUA_TNIL:
        return sqlite3_bind_null(statement, position);
    case LUA_TBOOLEAN:
        return sqlite3_bind_int(statement, position, lua_toboolean(L, arg));
    case LUA_TNUMBER:
        if (lua_isinteger(L, arg)) return sqlite3_bind_int64(statement, position, lua_tointeger(L, arg));
        return sqlite3_bind_double(statement, position, lua_tonumber(L, arg));
    default:
        text = luaL_checklstring(L, arg, &length);
        return sqlite3_bind_text64(statement, position, text, length, SQLITE_TRANSIENT, SQLITE_UTF8);
    }
}

/** Bind all arguments from 2 on; SQLite's code. */
static int bind_all(sqlite3_stmt *statement, lua_State *L) {
    int wanted = sqlite3_bind_parameter_count(statement), code = SQLITE_OK;
    luaL_argcheck(L, lua_gettop(L) - 1 == wanted, 2, "another number of parameters is wanted");
    sqlite3_reset(statement);
    for (int i = 1; i <= wanted && code == SQLITE_OK; i++) code = bind_value(statement, i, L, i + 1);
    return code;
}

/** statement:bind(...): start again with these parameters. */
static int bind(lua_State *L) {
    sqlite3_stmt *statement = *check_statement(L);
    int code = bind_all(statement, L);
    if (code != SQLITE_OK) return fail(L, sqlite3_db_handle(statement), code);
    lua_pushboolean(L, true);
    return 1;
}

/** statement:run(...): a statement that answers no rows, with these parameters; how many rows it changed. */
static int run(lua_State *L) {
    sqlite3_stmt *statement = *check_statement(L);
    sqlite3 *db = sqlite3_db_handle(statement);
    int code = bind_all(statement, L);
    if (code == SQLITE_OK) code = sqlite3_step(statement);
    int pushed = code == SQLITE_DONE ? 1 : fail(L, db, code);
    if (code == SQLITE_DONE) lua_pushinteger(L, sqlite3_changes(db));
    sqlite3_reset(statement);
    return pushed;
}

/** statement:step(): true when there is a row, false at the end; the statement holds no lock then. */
static int step(lua_State *L) {
    sqlite3_stmt *statement = *check_statement(L);
    int code = sqlite3_step(statement);
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        int pushed = fail(L, sqlite3_db_handle(statement), code);
        sqlite3_reset(statement);
        return pushed;
    }
    if (code == SQLITE_DONE) sqlite3_reset(statement);
    lua_pushboolean(L, code == SQLITE_ROW);
    return 1;
}

/** statement:row(): the values of the row, one by one. */
static int row(lua_State *L) {
    sqlite3_stmt *statement = *check_statement(L);
    int n = sqlite3_data_count(statement);
    luaL_checkstack(L, n, "too many columns");
    for (int i = 0; i < n; i++) {
        switch (sqlite3_column_type(statement, i)) {
        case SQLITE_NULL:
            lua_pushnil(L);
            break;
        case SQLITE_INTEGER:
            lua_pushinteger(L, sqlite3_column_int64(statement, i));
            break;
        case SQLITE_FLOAT:
            lua_pushnumber(L, sqlite3_column_double(statement, i));
            break;
        default: {
            const unsigned char *text = sqlite3_column_text(statement, i);
            lua_pushlstring(L, (const char *)text, (size_t)sqlite3_column_bytes(statement, i));
        }
        }
    }
    return n;
}

static int close_statement(lua_State *L) {
    sqlite3_stmt **self = luaL_checkudata(L, 1, STATEMENT);
    sqlite3_finalize(*self);
    *self = NULL;
    return 0;
}

void fl_lua_database_register(lua_State *L) {
    static const luaL_Reg database[] = {
        {"exec", exec}, {"prepare", prepare}, {"moved", moved}, {"close", close_database}, {NULL, NULL}};
    static const luaL_Reg statement[] = {
        {"bind", bind}, {"run", run}, {"step", step}, {"row", row}, {"close", close_statement}, {NULL, NULL}};
    fl_lua_support_type(L, DATABASE, close_database, database);
    fl_lua_support_type(L, STATEMENT, close_statement, statement);
}
