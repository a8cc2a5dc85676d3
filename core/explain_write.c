/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/explain.h"

static void add_number(fl_value *to, const char *key, double number, fl_arena *arena) {
    fl_value_add(arena, to, key, fl_value_number(arena, number)); /* null when it is not finite */
}

static void add_text(fl_value *to, const char *key, const char *text, fl_arena *arena) {
    fl_value_add(arena, to, key, fl_value_string(arena, text));
}

static fl_value *write_app(const fl_reach *reach, const fl_app *app, fl_arena *arena) {
    fl_value *to = fl_value_object(arena);
    add_text(to, "app", app->name, arena);
    add_number(to, "deadline", app->deadline, arena);
    add_number(to, "least_deadline", reach->least, arena);
    add_number(to, "accuracy", app->accuracy, arena);
    add_number(to, "best_accuracy", reach->in_time, arena);
    add_number(to, "best_accuracy_ever", reach->at_all, arena);
    add_number(to, "blocks", app->n_blocks, arena);
    add_number(to, "blocks_reached", reach->blocks, arena);
    fl_value_add(arena, to, "out_of_reach",
                 reach->blocks < app->n_blocks ? fl_value_string(arena, app->blocks[reach->blocks].name)
                                               : fl_value_null(arena));
    return to;
}

static void add_tier_link(fl_value *to, const fl_tier_link *link, fl_arena *arena) {
    add_number(to, "from_tier", link->from_tier, arena);
    add_number(to, "to_tier", link->to_tier, arena);
}

/** Whose limit it is. */
static void add_owner(fl_value *to, const fl_relax *limit, const fl_instance *instance, fl_arena *arena) {
    const fl_system *system = &instance->system;
    if (limit->index < 0) {
        fl_value_add(arena, to, "all", fl_value_bool(arena, true));
    } else if (limit->kind == FL_RELAX_DEADLINE || limit->kind == FL_RELAX_ACCURACY) {
        add_text(to, "app", instance->apps[limit->index].name, arena);
    } else if (limit->kind != FL_RELAX_LINK) {
        add_text(to, "node", system->nodes[limit->index].name, arena);
    } else if (limit->index < system->n_links) {
        add_text(to, "from", system->nodes[system->links[limit->index].from].name, arena);
        add_text(to, "to", system->nodes[system->links[limit->index].to].name, arena);
    } else {
        add_tier_link(to, &system->tier_links[limit->index - system->n_links], arena);
    }
}

static const char *verdict_of(const fl_remedy *remedy, bool feasible) {
    if (feasible) return "kept";
    if (remedy->helpless) return "no help";
    if (isnan(remedy->enough)) return "unknown";
    return remedy->least ? "least" : "enough";
}

static fl_value *write_limit(const fl_remedy *remedy, const fl_instance *instance, bool feasible,
                             fl_arena *arena) {
    static const char *const kinds[] = {[FL_RELAX_DEADLINE] = "deadline",
                                        [FL_RELAX_ACCURACY] = "accuracy",
                                        [FL_RELAX_CAPACITY] = "capacity",
                                        [FL_RELAX_MEMORY] = "memory",
                                        [FL_RELAX_LINK] = "link capacity"};
    fl_value *to = fl_value_object(arena);
    add_text(to, "limit", kinds[remedy->limit.kind], arena);
    add_owner(to, &remedy->limit, instance, arena);
    add_number(to, "now", remedy->now, arena);
    add_text(to, "verdict", verdict_of(remedy, feasible), arena);
    add_number(to, feasible ? "needed" : "enough", remedy->enough, arena);
    if (feasible) return to;
    add_number(to, "not_enough", remedy->helpless ? NAN : remedy->short_of, arena);
    fl_value_add(arena, to, "plan",
                 remedy->plan.n_apps > 0 ? fl_plan_write(&remedy->plan, instance, arena)
                                         : fl_value_null(arena));
    return to;
}

fl_value *fl_explain_write(const fl_explanation *explanation, const fl_instance *instance, fl_arena *arena) {
    fl_value *to = fl_value_object(arena);
    bool feasible = explanation->status == FL_RESULT_FEASIBLE;
    add_text(to, "status", fl_result_status_name(explanation->status), arena);
    add_text(to, "method", explanation->method->name, arena);
    fl_value_add(arena, to, "interrupted", fl_value_bool(arena, explanation->interrupted));
    add_number(to, "solves", explanation->solves, arena);
    add_number(to, "seconds", explanation->seconds, arena);
    fl_value_add(arena, to, "plan",
                 feasible ? fl_plan_write(&explanation->plan, instance, arena) : fl_value_null(arena));
    fl_value *apps = fl_value_add(arena, to, "apps", fl_value_array(arena));
    for (int h = 0; h < instance->n_apps; h++) {
        fl_value_add(arena, apps, NULL, write_app(&explanation->apps[h], &instance->apps[h], arena));
    }
    fl_value *limits = fl_value_add(arena, to, "limits", fl_value_array(arena));
    for (int i = 0; i < explanation->n_limits; i++) {
        fl_value_add(arena, limits, NULL, write_limit(&explanation->limits[i], instance, feasible, arena));
    }
    return arena->failed ? NULL : to;
}
