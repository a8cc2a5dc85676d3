/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/graphs.h"
#include "tests/support/build.h"
#include <criterion/criterion.h>
#include <stdio.h>

static fl_arena arena;
static fl_error err;
static fl_instance *instance;
static fl_graphs graphs;

static void start(void) {
    fl_arena_init(&arena, 0);
}

static void stop(void) {
    fl_instance_free(instance);
    fl_arena_free(&arena);
}

TestSuite(graphs, .init = start, .fini = stop);

/** Three users who may reserve half a node or all of it, with or without a limit beside. */
static void build(const char *node, const char *app) {
    char json[600];
    snprintf(json, sizeof json,
             "{'schema': 'finlab/1', 'system': {'nodes': [{'name': 'm', 'speed': 1e9, 'power': 1%s},"
             "  {'name': 'e', 'speed': 1e9, 'power': 1}], 'links': [{'from': 'm', 'to': 'e', 'rate': 1e9}]},"
             " 'apps': [{'source': 'm', 'deadline': 1, 'count': 3, 'blocks': [{'ops': 10}, {'ops': 10}],"
             "  'exits': [{'after': 1, 'accuracy': 0.5}, {'after': 2, 'accuracy': 1}]%s}]}",
             node, app);
    instance = build_instance(json);
}

static void measure(double most) {
    cr_assert(fl_graphs_build(&graphs, instance, most, &arena, &err) == FL_OK, "%s", err.text);
}

Test(graphs, users_who_cannot_be_set_apart_count_once) {
    build("", "");
    measure(1000);
    const fl_extended *graph = fl_graphs_at(&graphs, 0, -1, 0);
    cr_assert(!fl_graphs_apart(instance) && !graphs.too_large && graphs.apps[0].depth == 2);
    cr_assert(graphs.n_arcs == graph->first[graph->n_states] && graphs.n_arcs > 0);
}

Test(graphs, users_who_can_be_set_apart_count_each) {
    build(", 'capacity': 15", "");
    measure(1000);
    const fl_extended *graph = fl_graphs_at(&graphs, 0, -1, 0);
    cr_assert(fl_graphs_apart(instance) && graphs.n_arcs == 3 * graph->first[graph->n_states]);
}

Test(graphs, there_is_one_for_each_threshold_and_level) {
    build("", ", 'slices': {'e': [0.5, 1]},"
              " 'thresholds': [{'name': 't', 'shares': [0.5, 0], 'accuracies': [0.5, 1]}]");
    measure(1000);
    cr_assert(graphs.apps[0].n_thresholds == 2 && graphs.apps[0].n_levels == 2);
    const fl_extended *half = fl_graphs_at(&graphs, 0, 0, 0), *whole = fl_graphs_at(&graphs, 0, 0, 1);
    cr_assert(half->threshold == 0 && fl_graphs_at(&graphs, 0, -1, 1)->threshold == -1);
    cr_assert(half->n_states == whole->n_states);
    for (int i = 0; i < half->first[half->n_states]; i++) {
        bool sliced = half->arcs[i].node == 1;
        cr_assert(half->arcs[i].energy == whole->arcs[i].energy && half->arcs[i].to == whole->arcs[i].to);
        cr_assert((half->arcs[i].use[FL_USE_LATENCY] > whole->arcs[i].use[FL_USE_LATENCY]) == sliced);
    }
}

Test(graphs, an_exit_that_is_not_accurate_enough_ends_nothing_where_there_are_no_choices) {
    build("", ", 'accuracy': 0.8");
    measure(1000);
    const fl_extended *graph = fl_graphs_at(&graphs, 0, -1, 0);
    for (int s = 0; s < graph->n_states; s++) {
        for (int i = graph->first[s]; i < graph->first[s + 1]; i++)
            cr_assert((graph->arcs[i].exit == FL_EXIT_FINAL) == (graph->states[s].block == 0));
    }
}

Test(graphs, arcs_of_all_thresholds_count_though_they_were_not_guessed) {
    build("", ", 'thresholds': [{'name': 'a', 'shares': [0.1, 0], 'accuracies': [0.5, 1]},"
              " {'name': 'b', 'shares': [0.2, 0], 'accuracies': [0.5, 1]},"
              " {'name': 'c', 'shares': [0.3, 0], 'accuracies': [0.5, 1]}]");
    measure(1000);
    double all = graphs.n_arcs;
    cr_assert(all > 2 * 2 * 2, "more than were guessed: %g", all);
    for (int most = 1; most < all; most++) {
        measure(most);
        cr_assert(graphs.too_large, "%d of %g arcs", most, all);
    }
}

Test(graphs, more_arcs_than_asked_for_are_too_large) {
    static const char *const nodes[] = {"", ", 'capacity': 15", ", 'capacity': 1e9"};
    for (int i = 0; i < 3; i++) {
        build(nodes[i], i == 2 ? ", 'slices': {'e': [0.5, 1]}" : "");
        measure(1000);
        double all = graphs.n_arcs;
        cr_assert(all > 4);
        for (int most = 1; most < 2 * all; most++) {
            measure(most);
            cr_assert(graphs.too_large || most >= all, "%d of %g arcs", most, all);
            cr_assert(!graphs.too_large || graphs.n_arcs > most);
        }
        if (i < 2) fl_instance_free(instance);
    }
}
