/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lua/instance.h"
#include "core/drift.h"
#include "core/file.h"
#include "core/json.h"
#include "core/layers.h"
#include "lua/digest.h"
#include "lua/support.h"
#include "lua/value.h"
#include "milp/emit.h"
#include <string.h>

#define TYPE_NAME "finlab.instance"

/** The userdata. Its user value is the table that knows what to take back of a loan, or nil. */
typedef struct holder {
    fl_instance *own;        /* NULL: closed, or lent */
    const fl_instance *lent; /* somebody else's */
    fl_layers layers;        /* of application `tabulated`, in `arena`, for instance:arc() */
    int tabulated;           /* -1: none */
    fl_arena arena;
} holder;

fl_instance **fl_lua_instance_push(lua_State *L) {
    holder *self = lua_newuserdatauv(L, sizeof *self, 1);
    *self = (holder){.tabulated = -1};
    fl_arena_init(&self->arena, 0);
    luaL_setmetatable(L, TYPE_NAME);
    return &self->own;
}

static const fl_instance *held_by(const holder *self) {
    return self->lent != NULL ? self->lent : self->own;
}

const fl_instance *fl_lua_instance_check(lua_State *L, int arg) {
    const fl_instance *instance = held_by(luaL_checkudata(L, arg, TYPE_NAME));
    luaL_argcheck(L, instance != NULL, arg, "the instance is closed");
    return instance;
}

/** Note the userdata on top of the stack in the loan's table on top of that, which is popped. */
static void note(lua_State *L) {
    lua_pushvalue(L, -2);
    lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
    lua_setiuservalue(L, -2, 1);
}

void fl_lua_instance_lend(lua_State *L, const fl_instance *instance, int loan) {
    fl_lua_instance_push(L);
    lua_pushvalue(L, loan);
    note(L);
    ((holder *)lua_touserdata(L, -1))->lent = instance;
}

static void close_holder(holder *self) {
    fl_instance_free(self->own);
    self->own = NULL;
    self->lent = NULL;
    self->tabulated = -1;
    fl_arena_free(&self->arena);
}

void fl_lua_instance_recall(lua_State *L, int loan) {
    for (lua_Integer n = (lua_Integer)lua_rawlen(L, loan); n > 0; n--) {
        lua_rawgeti(L, loan, n);
        close_holder(lua_touserdata(L, -1));
        lua_pop(L, 1);
        lua_pushnil(L);
        lua_rawseti(L, loan, n);
    }
}

/** About how many bytes hang on the instance. */
static size_t weight(const fl_instance *instance) {
    size_t groups = instance->groups.slowness != NULL ? (size_t)instance->groups.n_groups : 0;
    size_t bytes = (size_t)instance->n_apps * sizeof(fl_app);
    if (instance->variant) return bytes + fl_drift_bytes(instance);
    bytes += (size_t)instance->system.n_nodes * 2 * sizeof(fl_node) + 3 * groups * groups * sizeof(double);
    bytes += (size_t)instance->system.n_links * 2 * sizeof(fl_node_link);
    for (int h = 0; h < instance->n_apps; h++) {
        const fl_app *app = &instance->apps[h];
        bytes += (size_t)app->n_blocks * sizeof(fl_block) + (size_t)app->n_exits * sizeof(fl_exit);
        for (int l = 0; l < app->n_blocks; l++) {
            bytes += (size_t)app->blocks[l].n_measured * sizeof(fl_measured);
        }
    }
    return bytes;
}

void fl_lua_instance_weigh(lua_State *L) {
    size_t kibibytes = weight(fl_lua_instance_check(L, -1)) / 1024, most = (size_t)1 << 20;
    if (kibibytes == 0 || !lua_gc(L, LUA_GCISRUNNING)) return;
    lua_gc(L, LUA_GCSTEP, (int)(kibibytes < most ? kibibytes : most));
}

int fl_lua_instance_new(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    fl_arena *arena = fl_lua_support_arena(L);
    fl_instance **self = fl_lua_instance_push(L);
    fl_value *document;
    fl_error err;
    fl_status status = fl_lua_value_read(&document, L, 1, arena, &err);
    if (status == FL_OK) status = fl_instance_read(self, document, FL_PLACE_LUA, &err);
    if (status != FL_OK) return fl_lua_support_fail(L, &err);
    fl_lua_instance_weigh(L);
    return 1;
}

int fl_lua_instance_load(lua_State *L) {
    const char *path = luaL_checkstring(L, 1);
    fl_instance **self = fl_lua_instance_push(L);
    fl_error err;
    if (fl_instance_load(self, path, &err) != FL_OK) return fl_lua_support_fail_file(L, path, &err);
    fl_lua_instance_weigh(L);
    return 1;
}

/** Keep a variant, on top of the stack, of a lent instance in the loan's table. */
static int push_variant(lua_State *L) {
    if (lua_getiuservalue(L, 1, 1) == LUA_TTABLE) {
        note(L);
    } else {
        lua_pop(L, 1);
    }
    fl_lua_instance_weigh(L);
    return 1;
}

static int with(lua_State *L) {
    const fl_instance *base = fl_lua_instance_check(L, 1);
    luaL_checktype(L, 2, LUA_TTABLE);
    fl_arena *arena = fl_lua_support_arena(L);
    fl_instance **self = fl_lua_instance_push(L);
    fl_value *document;
    fl_change *changes;
    int n;
    fl_error err;
    fl_status status = fl_lua_value_read(&document, L, 2, arena, &err);
    if (status == FL_OK) {
        status = fl_instance_read_changes(&changes, &n, base, document, FL_PLACE_LUA, arena, &err);
    }
    if (status == FL_OK) status = fl_instance_with(self, base, changes, n, FL_PLACE_LUA, &err);
    if (status != FL_OK) return fl_lua_support_fail(L, &err);
    return push_variant(L);
}

/** Factors by node in the table on top of the stack, into [n_nodes]. */
static fl_status read_nodes(double *factors, lua_State *L, const char *key, const fl_instance *base,
                            fl_error *err) {
    for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1)) {
        const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : NULL;
        int node = name != NULL ? fl_instance_node(base, name) : -1;
        if (node < 0) return fl_error_set(err, FL_EINVAL, key, "\"%s\" is no node", name ? name : "?");
        if (lua_type(L, -1) != LUA_TNUMBER) {
            return fl_error_set(err, FL_EINVAL, key, "the factor of \"%s\" must be a number", name);
        }
        factors[node] = lua_tonumber(L, -1);
    }
    return FL_OK;
}

/** Factors by position in the table on top of the stack, into [n]. */
static fl_status read_links(double *factors, lua_State *L, int n, fl_error *err) {
    if (lua_rawlen(L, -1) != (size_t)n) {
        return fl_error_set(err, FL_EINVAL, "links", "must have one factor for each of %d links", n);
    }
    for (int i = 0; i < n; i++) {
        int number = lua_rawgeti(L, -1, fl_lua_support_position(i)) == LUA_TNUMBER;
        factors[i] = lua_tonumber(L, -1);
        lua_pop(L, 1);
        if (!number) return fl_error_set(err, FL_EINVAL, "links", "must have numbers only");
    }
    return FL_OK;
}

fl_status fl_lua_instance_factors(const double **out, lua_State *L, int arg, const char *key,
                                  const fl_instance *base, fl_arena *arena, fl_error *err) {
    bool by_node = strcmp(key, "links") != 0;
    int n = by_node ? base->system.n_nodes : base->system.n_links + base->system.n_tier_links;
    int top = lua_gettop(L), type = lua_getfield(L, arg, key);
    double all = type == LUA_TNUMBER ? lua_tonumber(L, -1) : 1, *factors = FL_NEW(arena, n, double);
    fl_status status = factors != NULL ? FL_OK : fl_arena_error(arena, err);
    *out = type == LUA_TNIL ? NULL : factors;
    for (int i = 0; status == FL_OK && i < n; i++) factors[i] = all;
    if (status == FL_OK && type == LUA_TTABLE) {
        status = by_node ? read_nodes(factors, L, key, base, err) : read_links(factors, L, n, err);
    } else if (status == FL_OK && type != LUA_TNIL && type != LUA_TNUMBER) {
        status = fl_error_set(err, FL_EINVAL, key, "must be a factor or a table of factors");
    }
    lua_settop(L, top);
    return status;
}

/** Refuse fields of the table at argument 2 that a drift does not have. */
static fl_status check_drift(lua_State *L, fl_error *err) {
    static const char *const known[] = {"nodes", "links", "rate", "powers", NULL};
    for (lua_pushnil(L); lua_next(L, 2) != 0; lua_pop(L, 1)) {
        const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "(a position)";
        int i = 0;
        while (known[i] != NULL && strcmp(known[i], key) != 0) i++;
        if (known[i] == NULL) return fl_error_set(err, FL_EINVAL, key, "is no field of a drift");
    }
    return FL_OK;
}

static fl_status read_drift(fl_drift *out, lua_State *L, const fl_instance *base, fl_arena *arena,
                            fl_error *err) {
    *out = (fl_drift){.rate = 1};
    FL_TRY(check_drift(L, err));
    FL_TRY(fl_lua_instance_factors(&out->nodes, L, 2, "nodes", base, arena, err));
    FL_TRY(fl_lua_instance_factors(&out->powers, L, 2, "powers", base, arena, err));
    FL_TRY(fl_lua_instance_factors(&out->links, L, 2, "links", base, arena, err));
    if (lua_getfield(L, 2, "rate") == LUA_TNUMBER) {
        out->rate = lua_tonumber(L, -1);
    } else if (!lua_isnil(L, -1)) {
        return fl_error_set(err, FL_EINVAL, "rate", "must be a number");
    }
    lua_pop(L, 1);
    return FL_OK;
}

/** drift { nodes, links, rate, powers }: a variant with factors on speeds, rates and powers. */
static int drift(lua_State *L) {
    const fl_instance *base = fl_lua_instance_check(L, 1);
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_settop(L, 2);
    fl_arena *arena = fl_lua_support_arena(L);
    fl_instance **self = fl_lua_instance_push(L);
    fl_drift factors;
    fl_error err;
    fl_status status = read_drift(&factors, L, base, arena, &err);
    if (status == FL_OK) status = fl_drift_apply(self, base, &factors, FL_PLACE_LUA, &err);
    if (status != FL_OK) return fl_lua_support_fail(L, &err);
    return push_variant(L);
}

static int to_table(lua_State *L) {
    const fl_instance *instance = fl_lua_instance_check(L, 1);
    fl_arena *arena = fl_lua_support_arena(L);
    fl_value *document;
    fl_error err;
    if (fl_instance_write(&document, instance, arena, &err) != FL_OK) return fl_lua_support_fail(L, &err);
    return fl_lua_support_document(L, document, FL_LUA_TABLE, arena);
}

static fl_status json_text(const char **text, size_t *length, const fl_instance *instance, fl_arena *arena,
                           fl_error *err) {
    fl_value *document;
    FL_TRY(fl_instance_write(&document, instance, arena, err));
    FL_TRY(fl_json_print(text, document, 2, arena, err));
    *length = strlen(*text);
    return FL_OK;
}

/** A way to write an instance as text. */
typedef fl_status (*printer)(const char **text, size_t *length, const fl_instance *, fl_arena *, fl_error *);

static void push_string(lua_State *L, const char *text, size_t length) {
    lua_pushlstring(L, text, length);
}

/** @param push  what of the text is wanted: all of it, or its digest */
static int push_text(lua_State *L, printer print, void (*push)(lua_State *, const char *, size_t)) {
    const fl_instance *instance = fl_lua_instance_check(L, 1);
    fl_arena *arena = fl_lua_support_arena(L);
    const char *text;
    size_t length;
    fl_error err;
    if (print(&text, &length, instance, arena, &err) != FL_OK) return fl_lua_support_fail(L, &err);
    push(L, text, length);
    fl_lua_support_trim(arena);
    return 1;
}

static int json(lua_State *L) {
    return push_text(L, json_text, push_string);
}

/** digest(): the SHA-256 of the JSON. */
static int digest(lua_State *L) {
    return push_text(L, json_text, fl_lua_digest_push);
}

static fl_status lp_text(const char **text, size_t *length, const fl_instance *instance, fl_arena *arena,
                         fl_error *err) {
    return fl_emit_print(text, length, instance, FL_EMIT_LP, arena, err);
}

static int lp(lua_State *L) {
    return push_text(L, lp_text, push_string);
}

static bool ends_with(const char *text, const char *end) {
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

static fl_status write_file(const fl_instance *instance, const char *path, fl_arena *arena, fl_error *err) {
    const char *text;
    size_t length;
    fl_emit_format format;
    if (ends_with(path, ".json")) return fl_instance_save(instance, path, err);
    if (!fl_emit_format_of(&format, path))
        return fl_error_set(err, FL_EINVAL, path, "the name must end in .json, .lp, .mps or .glp");
    FL_TRY(fl_emit_print(&text, &length, instance, format, arena, err));
    return fl_file_write(path, text, length, err);
}

static int write(lua_State *L) {
    const fl_instance *instance = fl_lua_instance_check(L, 1);
    const char *path = luaL_checkstring(L, 2);
    fl_arena *arena = fl_lua_support_arena(L);
    fl_error err;
    if (write_file(instance, path, arena, &err) != FL_OK) return fl_lua_support_fail_file(L, path, &err);
    fl_lua_support_trim(arena);
    lua_pushboolean(L, true);
    return 1;
}

/** The layers of application `app`, tabulated when they were not. */
static fl_status tabulate(holder *self, int app, fl_error *err) {
    if (self->tabulated == app) return FL_OK;
    self->tabulated = -1;
    fl_arena_reset(&self->arena);
    FL_TRY(fl_layers_build(&self->layers, held_by(self), app, &self->arena, err));
    self->tabulated = app;
    return FL_OK;
}

static int check_node(lua_State *L, int arg, const fl_instance *instance) {
    int node = fl_instance_node(instance, luaL_checkstring(L, arg));
    luaL_argcheck(L, node >= 0, arg, "no node is called so");
    return node;
}

/** The application named by argument `arg`, or the first. */
static int check_app(lua_State *L, int arg, const fl_instance *instance) {
    if (lua_isnoneornil(L, arg)) return 0;
    int app = fl_instance_app(instance, luaL_checkstring(L, arg));
    luaL_argcheck(L, app >= 0, arg, "no application is called so");
    return app;
}

/** arc(block, from, to, final, app): energy and latency, or nothing when there is no such arc. */
static int arc(lua_State *L) {
    const fl_instance *instance = fl_lua_instance_check(L, 1);
    lua_Integer block = luaL_checkinteger(L, 2);
    int from = check_node(L, 3, instance), to = check_node(L, 4, instance), app = check_app(L, 6, instance);
    luaL_argcheck(L, block >= 1 && block <= instance->apps[app].n_blocks, 2, "there is no such block");
    holder *self = lua_touserdata(L, 1);
    fl_error err;
    fl_cost cost;
    if (tabulate(self, app, &err) != FL_OK) return fl_lua_support_fail(L, &err);
    int l = (int)block - 1;
    if (l >= self->layers.n_layers) return 0;
    if (!fl_layers_arc(&self->layers, l, from, to, lua_toboolean(L, 5), &cost)) return 0;
    lua_pushnumber(L, cost.energy);
    lua_pushnumber(L, cost.latency);
    return 2;
}

static int close_instance(lua_State *L) {
    close_holder(luaL_checkudata(L, 1, TYPE_NAME));
    return 0;
}

static int to_string(lua_State *L) {
    const fl_instance *instance = held_by(luaL_checkudata(L, 1, TYPE_NAME));
    if (instance == NULL) {
        lua_pushliteral(L, TYPE_NAME " (closed)");
        return 1;
    }
    int nodes = instance->system.n_nodes, apps = instance->n_apps;
    lua_pushfstring(L, TYPE_NAME " \"%s\" (%d node%s, %d application%s)", instance->name, nodes,
                    nodes == 1 ? "" : "s", apps, apps == 1 ? "" : "s");
    return 1;
}

void fl_lua_instance_register(lua_State *L, const luaL_Reg *methods) {
    static const luaL_Reg meta[] = {
        {"__gc", close_instance}, {"__close", close_instance}, {"__tostring", to_string}, {NULL, NULL}};
    static const luaL_Reg own[] = {{"with", with},   {"drift", drift},   {"table", to_table},
                                   {"json", json},   {"digest", digest}, {"lp", lp},
                                   {"write", write}, {"arc", arc},       {"close", close_instance},
                                   {NULL, NULL}};
    luaL_newmetatable(L, TYPE_NAME);
    luaL_setfuncs(L, meta, 0);
    lua_pushliteral(L, TYPE_NAME);
    lua_setfield(L, -2, "__metatable");
    lua_newtable(L);
    lua_pushvalue(L, -3);
    luaL_setfuncs(L, own, 1);
    lua_pushvalue(L, -3);
    luaL_setfuncs(L, methods, 1);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
}
