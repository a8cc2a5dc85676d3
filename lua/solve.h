/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Methods and plans on instances: inst:solve(), inst:explain(), inst:evaluate(), inst:check(). */
#ifndef FINLAB_LUA_SOLVE_H
#define FINLAB_LUA_SOLVE_H

#include <lua.h>

/** inst:solve(method, options, form): the result record, and its status when the form is "json". `method`
 *  is a name or a specification such as "fin:gamma=30,engine=igraph". */
int fl_lua_solve(lua_State *L);

/** inst:explain(method, options, form): why there is no plan for everybody and the least that would change
 * it, and the status when the form is "json". `method` as for solve; nil: one that can prove. */
int fl_lua_solve_explain(lua_State *L);

/** inst:evaluate(plan): the judge's verdict on a plan array or result record. */
int fl_lua_solve_evaluate(lua_State *L);

/** inst:check(path, form): the same for a plan in a JSON file; the verdict, and whether the plan is feasible.
 */
int fl_lua_solve_check(lua_State *L);

#endif
