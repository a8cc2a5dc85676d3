/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/arcflow.h"
#include "core/generate.h"
#include "tests/support/build.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static fl_arena arena;
static fl_error err;
static fl_instance *instance;
static fl_graphs graphs;
static fl_arcflow flow;
static bool chosen[64];

static void start(void) {
    fl_arena_init(&arena, 0);
}

static void stop(void) {
    fl_instance_free(instance);
    fl_arena_free(&arena);
}

TestSuite(arcflow, .init = start, .fini = stop);

static void build_model(double most) {
    cr_assert(fl_graphs_build(&graphs, instance, FL_ARCFLOW_MOST, &arena, &err) == FL_OK);
    cr_assert(fl_arcflow_build(&flow, &graphs, &(fl_aim){.most = most}, &arena, &err) == FL_OK, "%s",
              err.text);
    cr_assert(fl_model_check(&flow.model, &err) == FL_OK, "%s: %s", err.where, err.text);
}

/** The model of the model page's example with `value` at `pointer`. */
static void build(const char *pointer, const char *value, double most) {
    instance = build_variant(build_two_tiers, pointer, value);
    build_model(most);
}

/** With two values at two places. */
static void build_with(const char *pointer, const char *value, const char *second, const char *other) {
    fl_value *document = build_document(&arena, build_two_tiers);
    build_put(&arena, document, pointer, value);
    build_put(&arena, document, second, other);
    cr_assert(fl_instance_read(&instance, document, FL_PLACE_JSON, &err) == FL_OK, "%s", err.text);
    build_model(INFINITY);
}

static int column(const char *name) {
    for (int j = 0; j < flow.model.n_columns; j++) {
        if (strcmp(flow.model.column[j].name, name) == 0) return j;
    }
    return -1;
}

static int row(const char *name) {
    for (int i = 0; i < flow.model.n_rows; i++) {
        if (strcmp(flow.model.row[i].name, name) == 0) return i;
    }
    return -1;
}

static double entry(const char *row_name, const char *column_name) {
    for (int k = 0; k < flow.model.n_entries; k++) {
        const fl_entry *at = &flow.model.entry[k];
        if (at->row == row(row_name) && at->column == column(column_name)) return at->value;
    }
    return 0;
}

static bool about(double a, double b) {
    return fabs(a - b) <= 1e-12 * fabs(b);
}

Test(arcflow, has_a_column_per_arc_and_a_row_per_vertex_that_is_reached) {
    build("/apps/0/accuracy", "0.5", INFINITY); /* both exits are accurate enough */
    cr_assert(flow.n_arcs == 4 && flow.model.n_columns == 4 && flow.n_slots == 2);
    cr_assert(column("x_a1_b1_n1_n1") >= 0 && column("x_a1_b1_n1_n1_e1") >= 0);
    cr_assert(column("x_a1_b2_n1_n1_e2") >= 0 && column("x_a1_b2_n1_n2_e2") >= 0);
    cr_assert(flow.model.n_rows == 3);
    cr_assert(row("flow_a1_source") >= 0 && row("flow_a1_b1_n1") >= 0 && row("deadline_a1") >= 0);
}

Test(arcflow, one_unit_leaves_the_source_and_is_conserved) {
    build("/apps/0/accuracy", "0.5", INFINITY);
    cr_assert(flow.model.row[row("flow_a1_source")].sense == FL_SENSE_EQUAL);
    cr_assert(flow.model.row[row("flow_a1_source")].rhs == 1);
    cr_assert(flow.model.row[row("flow_a1_b1_n1")].sense == FL_SENSE_EQUAL);
    cr_assert(flow.model.row[row("flow_a1_b1_n1")].rhs == 0);
    cr_assert(entry("flow_a1_source", "x_a1_b1_n1_n1") == 1);
    cr_assert(entry("flow_a1_source", "x_a1_b1_n1_n1_e1") == 1);
    cr_assert(entry("flow_a1_b1_n1", "x_a1_b1_n1_n1") == 1);
    cr_assert(entry("flow_a1_b1_n1", "x_a1_b1_n1_n1_e1") == 0);
    cr_assert(entry("flow_a1_b1_n1", "x_a1_b2_n1_n2_e2") == -1);
}

Test(arcflow, the_deadline_row_holds_shares_of_the_deadline) {
    build("/name", "'x'", INFINITY);
    cr_assert(flow.model.row[row("deadline_a1")].sense == FL_SENSE_AT_MOST);
    cr_assert(about(flow.model.row[row("deadline_a1")].rhs, 1 + 1e-9));
    cr_assert(about(entry("deadline_a1", "x_a1_b1_n1_n1"), 0.002 / 0.004));
    cr_assert(about(entry("deadline_a1", "x_a1_b2_n1_n2_e2"), 0.0013 / 0.004));
}

Test(arcflow, energy_is_the_scale_times_the_objective) {
    build("/name", "'x'", INFINITY);
    double energy = flow.model.scale * (flow.model.column[column("x_a1_b1_n1_n1")].cost +
                                        flow.model.column[column("x_a1_b2_n1_n2_e2")].cost);
    cr_assert(about(energy, 0.107), "%.17g", energy);
    cr_assert(flow.model.constant == 0);
}

Test(arcflow, an_arc_that_is_late_by_itself_is_left_out) {
    build("/apps/0/deadline", "0.0025", INFINITY);
    cr_assert(column("x_a1_b2_n1_n1_e2") < 0 && column("x_a1_b2_n1_n2_e2") >= 0);
}

Test(arcflow, an_arc_that_is_dearer_than_wanted_by_itself_is_left_out) {
    build("/name", "'x'", 0.03);
    cr_assert(column("x_a1_b2_n1_n2_e2") < 0 && column("x_a1_b2_n1_n1_e2") >= 0);
}

Test(arcflow, an_arc_that_costs_exactly_what_is_wanted_stays) {
    build("/apps/0/blocks/0/ops", "0", 0.018);
    cr_assert(column("x_a1_b2_n1_n1_e2") >= 0);
}

Test(arcflow, a_missing_link_means_no_arc) {
    build("/system/links", "[]", INFINITY);
    cr_assert(column("x_a1_b2_n1_n2_e2") < 0);
    cr_assert(column("x_a1_b2_n1_n1_e2") >= 0);
}

Test(arcflow, a_capacity_is_a_row_of_shares_with_the_rate_in) {
    build("/system/nodes/0/capacity", "4e7", INFINITY);
    int at = row("capacity_n1");
    cr_assert(at >= 0 && row("capacity_n2") < 0 && at == flow.capacity[0] && flow.capacity[1] < 0);
    cr_assert(about(flow.model.row[at].rhs, 1 + 1e-9));
    cr_assert(about(entry("capacity_n1", "x_a1_b1_n1_n1"), 0.5));
    cr_assert(about(entry("capacity_n1", "x_a1_b2_n1_n1_e2"), 0.75));
    cr_assert(entry("capacity_n1", "x_a1_b2_n1_n2_e2") == 0);
}

/** A node with these limits and an application of two blocks with three users, each asking twice a second. */
static void build_one_node(const char *limits) {
    char json[600];
    snprintf(json, sizeof json,
             "{'schema': 'finlab/1', 'system': {'nodes': [{'name': 'm', 'speed': 1e9, 'power': 1, %s}],"
             " 'links': []}, 'apps': [{'source': 'm', 'deadline': 1, 'count': 3, 'rate': 2,"
             " 'blocks': [{'ops': 100, 'memory': 10}, {'ops': 200, 'memory': 20}],"
             " 'exits': [{'after': 1, 'share': 0.5, 'ops': 40, 'accuracy': 0}, {'after': 2, 'accuracy': 1}],"
             " 'accuracy': 0.4}]}",
             limits);
    instance = build_instance(json);
    build_model(INFINITY);
}

Test(arcflow, a_capacity_counts_users_rates_heads_and_the_samples_that_get_there) {
    build_one_node("'capacity': 1000");
    cr_assert(flow.n_units == 3);
    cr_assert(about(entry("capacity_n1", "x_a1_u1_b1_n1_n1"), 2 * (100 + 40) / 1000.0));
    cr_assert(about(entry("capacity_n1", "x_a1_u3_b1_n1_n1"), 2 * (100 + 40) / 1000.0));
    cr_assert(about(entry("capacity_n1", "x_a1_u2_b2_n1_n1_e2"), 2 * 0.5 * 200 / 1000.0));
}

Test(arcflow, a_memory_counts_users_but_not_rates) {
    build_one_node("'memory': 80");
    cr_assert(flow.memory[0] == row("memory_n1") && flow.memory[0] >= 0);
    cr_assert(about(entry("memory_n1", "x_a1_u1_b1_n1_n1"), 0.125));
    cr_assert(about(entry("memory_n1", "x_a1_u3_b2_n1_n1_e2"), 0.25));
}

Test(arcflow, limits_that_cannot_bind_are_no_rows_and_set_no_users_apart) {
    build_one_node("'capacity': 1e6, 'memory': 1e6");
    cr_assert(flow.n_units == 1 && flow.unit[0].count == 3 && column("x_a1_b1_n1_n1") >= 0);
    cr_assert(row("capacity_n1") < 0 && row("memory_n1") < 0);
}

Test(arcflow, a_link_capacity_is_a_row_per_pair) {
    build_with("/apps/0/input_bits", "3.5e6", "/system/links/0/capacity", "4e6");
    int at = row("link_n1_n2");
    cr_assert(at >= 0 && flow.link != NULL && flow.link[1] == at && flow.link[2] < 0);
    cr_assert(about(entry("link_n1_n2", "x_a1_b2_n1_n2_e2"), 0.25));
    cr_assert(entry("link_n1_n2", "x_a1_b2_n1_n1_e2") == 0);
}

Test(arcflow, an_arc_over_a_limit_by_itself_is_left_out) {
    build("/system/links/0/capacity", "9e5", INFINITY);
    cr_assert(column("x_a1_b2_n1_n2_e2") < 0);
}

Test(arcflow, violations_name_their_rows) {
    build("/system/nodes/0/capacity", "4e7", INFINITY);
    fl_violation violation = {FL_VIOLATION_DEADLINE, 0, -1, -1, -1, 0, 0};
    cr_assert(fl_arcflow_row(&flow, &violation, chosen) == row("deadline_a1"));
    violation = (fl_violation){FL_VIOLATION_CAPACITY, -1, -1, -1, 0, 0, 0};
    cr_assert(fl_arcflow_row(&flow, &violation, chosen) == row("capacity_n1"));
    violation = (fl_violation){FL_VIOLATION_LINK_CAPACITY, -1, -1, 0, 1, 0, 0};
    cr_assert(fl_arcflow_row(&flow, &violation, chosen) == -1);
    violation = (fl_violation){FL_VIOLATION_ACCURACY, 0, -1, -1, -1, 0, 0};
    cr_assert(fl_arcflow_row(&flow, &violation, chosen) == -1);
}

static void choose(const char *one, const char *two) {
    memset(chosen, 0, sizeof chosen);
    chosen[column(one)] = true;
    if (two != NULL) chosen[column(two)] = true;
}

Test(arcflow, a_solution_is_read_as_a_plan) {
    fl_plan plan;
    build("/apps/0/accuracy", "0.5", INFINITY);
    choose("x_a1_b1_n1_n1", "x_a1_b2_n1_n2_e2");
    cr_assert(fl_arcflow_plan(&plan, &flow, chosen, &arena, &err) == FL_OK);
    cr_assert(plan.apps[0].exit == 1 && plan.apps[0].nodes[0] == 0 && plan.apps[0].nodes[1] == 1);
    choose("x_a1_b1_n1_n1_e1", NULL);
    cr_assert(fl_arcflow_plan(&plan, &flow, chosen, &arena, &err) == FL_OK);
    cr_assert(plan.apps[0].exit == 0 && plan.apps[0].nodes[0] == 0);
}

Test(arcflow, what_is_no_path_is_an_internal_error) {
    fl_plan plan;
    build("/apps/0/accuracy", "0.5", INFINITY);
    choose("x_a1_b1_n1_n1", NULL); /* breaks off */
    cr_assert(fl_arcflow_plan(&plan, &flow, chosen, &arena, &err) == FL_EINTERNAL);
    choose("x_a1_b2_n1_n1_e2", "x_a1_b2_n1_n2_e2"); /* two arcs in one layer */
    cr_assert(fl_arcflow_plan(&plan, &flow, chosen, &arena, &err) == FL_EINTERNAL);
    memset(chosen, 0, sizeof chosen);
    cr_assert(fl_arcflow_plan(&plan, &flow, chosen, &arena, &err) == FL_EINTERNAL);
}

Test(arcflow, a_cut_without_a_row_forbids_one_path_alone) {
    build("/apps/0/accuracy", "0.5", INFINITY);
    choose("x_a1_b1_n1_n1", "x_a1_b2_n1_n2_e2");
    cr_assert(fl_arcflow_cut(&flow, chosen, -1, &arena, &err) == FL_OK);
    cr_assert(flow.model.row[row("cut_1")].rhs == 1 &&
              flow.model.row[row("cut_1")].sense == FL_SENSE_AT_MOST);
    cr_assert(entry("cut_1", "x_a1_b1_n1_n1") == 1 && entry("cut_1", "x_a1_b2_n1_n2_e2") == 1);
    cr_assert(entry("cut_1", "x_a1_b2_n1_n1_e2") == 0 && entry("cut_1", "x_a1_b1_n1_n1_e1") == 0);
}

Test(arcflow, a_cut_of_a_row_forbids_every_path_that_takes_no_less_of_it) {
    build("/apps/0/accuracy", "0.5", INFINITY);
    choose("x_a1_b1_n1_n1", "x_a1_b2_n1_n2_e2"); /* 0.0013 s; staying takes 0.003 s */
    cr_assert(fl_arcflow_cut(&flow, chosen, row("deadline_a1"), &arena, &err) == FL_OK);
    cr_assert(flow.model.row[row("cut_1")].rhs == 1);
    cr_assert(entry("cut_1", "x_a1_b1_n1_n1") == 1 && entry("cut_1", "x_a1_b1_n1_n1_e1") == 1);
    cr_assert(entry("cut_1", "x_a1_b2_n1_n2_e2") == 1 && entry("cut_1", "x_a1_b2_n1_n1_e2") == 1);
    choose("x_a1_b1_n1_n1", "x_a1_b2_n1_n1_e2");
    cr_assert(fl_arcflow_cut(&flow, chosen, row("deadline_a1"), &arena, &err) == FL_OK);
    cr_assert(entry("cut_2", "x_a1_b2_n1_n2_e2") == 0 && entry("cut_2", "x_a1_b2_n1_n1_e2") == 1);
}

Test(arcflow, a_cut_of_a_row_counts_only_layers_that_take_of_it) {
    build_with("/apps/0/input_bits", "3.5e6", "/system/links/0/capacity", "4e6");
    choose("x_a1_b1_n1_n1", "x_a1_b2_n1_n2_e2");
    cr_assert(fl_arcflow_cut(&flow, chosen, row("link_n1_n2"), &arena, &err) == FL_OK);
    cr_assert(flow.model.row[row("cut_1")].rhs == 0);
    cr_assert(entry("cut_1", "x_a1_b1_n1_n1") == 0 && entry("cut_1", "x_a1_b2_n1_n2_e2") == 1);
}

/* Several users */

/** Two users of an application that may reserve shares of node 2, and one of another that may not. */
static void build_several(const char *admission, const fl_aim *aim) {
    char json[1000];
    snprintf(
        json, sizeof json,
        "{'schema': 'finlab/1', 'admission': %s, 'system': {'nodes': ["
        "  {'name': 'm', 'speed': 1e9, 'power': 1, 'capacity': 300},"
        "  {'name': 'e', 'speed': 2e9, 'power': 3}], 'links': [{'from': 'm', 'to': 'e', 'rate': 1e9}]},"
        " 'apps': [{'source': 'm', 'deadline': 1e-6, 'count': 2, 'slices': {'e': [0.5, 1]},"
        "  'blocks': [{'ops': 100, 'nodes': ['m']}, {'ops': 200}], 'exits': [{'after': 2, 'accuracy': 1}]},"
        " {'source': 'm', 'deadline': 1e-6, 'rate': 2, 'blocks': [{'ops': 100}],"
        "  'exits': [{'after': 1, 'accuracy': 1}]}]}",
        admission);
    instance = build_instance(json);
    cr_assert(fl_graphs_build(&graphs, instance, FL_ARCFLOW_MOST, &arena, &err) == FL_OK);
    cr_assert(fl_arcflow_build(&flow, &graphs, aim, &arena, &err) == FL_OK, "%s", err.text);
    cr_assert(fl_model_check(&flow.model, &err) == FL_OK, "%s: %s", err.where, err.text);
}

static const fl_aim all = {.most = INFINITY};

Test(arcflow, users_who_may_be_placed_apart_have_columns_of_their_own) {
    build_several("false", &all);
    cr_assert(flow.n_units == 3 && flow.unit[1].app == 0 && flow.unit[1].user == 1 &&
              flow.unit[2].user == -1);
    cr_assert(column("x_a1_u1_b1_n1_n1") >= 0 && column("x_a1_u2_b2_n1_n2_s2_e1") >= 0);
    cr_assert(column("x_a2_b1_n1_n2_e1") >= 0 && column("x_a1_b1_n1_n1") < 0);
    cr_assert(about(entry("capacity_n1", "x_a1_u2_b1_n1_n1"), 100 / 300.0));
    cr_assert(about(entry("capacity_n1", "x_a2_b1_n1_n1_e1"), 200 / 300.0));
    cr_assert(row("deadline_a1_u1") >= 0 && row("deadline_a1_u2") >= 0 && row("deadline_a2") >= 0);
}

Test(arcflow, a_level_has_its_own_latency_and_is_reserved_before_it_is_used) {
    build_several("false", &all);
    cr_assert(about(entry("deadline_a1_u1", "x_a1_u1_b2_n1_n2_s1_e1"), 0.2));
    cr_assert(about(entry("deadline_a1_u1", "x_a1_u1_b2_n1_n2_s2_e1"), 0.1));
    cr_assert(entry("use_a1_u1_b2_n2_s1", "x_a1_u1_b2_n1_n2_s1_e1") == 1);
    cr_assert(entry("use_a1_u1_b2_n2_s1", "reserve_a1_u1_n2_s1") == -1);
    cr_assert(flow.model.row[row("use_a1_u1_b2_n2_s1")].rhs == 0);
    cr_assert(entry("level_a1_u1_n2", "reserve_a1_u1_n2_s1") == 1 &&
              entry("level_a1_u1_n2", "reserve_a1_u1_n2_s2") == 1);
    cr_assert(entry("share_n2", "reserve_a1_u1_n2_s1") == 0.5 &&
              entry("share_n2", "reserve_a1_u2_n2_s2") == 1);
    cr_assert(flow.share[1] == row("share_n2") && row("capacity_n2") < 0);
}

Test(arcflow, users_who_are_alike_stand_in_order_of_cost) {
    build_several("false", &all);
    double up = entry("order_a1_u1", "x_a1_u1_b2_n1_n2_s1_e1"),
           down = entry("order_a1_u1", "x_a1_u2_b2_n1_n2_s1_e1");
    cr_assert(up == 1 && down == -1); /* the dearest arc */
    cr_assert(entry("order_a1_u1", "x_a1_u1_b1_n1_n1") > 0 && row("order_a1_u2") < 0);
}

Test(arcflow, who_is_refused_has_no_path) {
    build_several("true", &(fl_aim){.most = INFINITY, .refused = 2});
    cr_assert(entry("flow_a1_u2_source", "refuse_a1_u2") == 1 && entry("flow_a2_source", "refuse_a2") == 1);
    cr_assert(flow.refused == row("refused") && entry("refused", "refuse_a2") == 0.5);
    cr_assert(flow.model.row[flow.refused].rhs == 1 && flow.model.column[column("refuse_a2")].cost == 0);
}

Test(arcflow, nobody_is_refused_when_nobody_need_be) {
    build_several("true", &all);
    cr_assert(row("refused") < 0 && flow.model.column[column("refuse_a1_u1")].most == 0);
}

Test(arcflow, refused_users_can_be_what_is_counted) {
    build_several("true", &(fl_aim){.first = FL_AIM_REFUSED, .most = INFINITY});
    cr_assert(about(flow.model.scale * flow.model.column[column("refuse_a1_u2")].cost, 1));
    cr_assert(flow.model.column[column("x_a1_u1_b1_n1_n1")].cost == 0);
}

Test(arcflow, refusing_one_user_can_cost_more_than_all_energy_saves) {
    build_several("true", &(fl_aim){.first = FL_AIM_BOTH, .most = INFINITY});
    double all_arcs = 0;
    for (int j = 0; j < flow.n_arcs; j++)
        if (flow.arc[j].to >= 0) all_arcs += flow.model.scale * flow.model.column[j].cost;
    cr_assert(about(flow.model.scale * flow.model.column[column("refuse_a2")].cost, flow.refusal));
    double dearest = (3 * 200e-9 / 2 + 100e-9) / 4 * 2 + 2 * (3 * 100e-9 / 2) / 4; /* rates add up to 4 */
    cr_assert(flow.refusal > dearest && flow.refusal < 4 * dearest && all_arcs > 0, "%g", flow.refusal);
}

Test(arcflow, refusing_one_user_costs_more_than_the_dearest_arcs_of_all_layers) {
    for (uint64_t seed = 0; seed < 60; seed++) {
        fl_recipe recipe = {
            .seed = seed, .users = 2, .blocks = 2, .nodes = 3, .binding = true, .admission = true};
        cr_assert(fl_generate(&instance, &recipe, &err) == FL_OK);
        cr_assert(fl_graphs_build(&graphs, instance, FL_ARCFLOW_MOST, &arena, &err) == FL_OK);
        const fl_aim aim = {.first = FL_AIM_BOTH, .most = INFINITY};
        cr_assert(fl_arcflow_build(&flow, &graphs, &aim, &arena, &err) == FL_OK);
        double *dearest = FL_ZERO(&arena, flow.n_slots, double), all_arcs = 0, refusal = INFINITY;
        for (int j = 0; j < flow.n_arcs; j++) {
            double cost = flow.model.column[j].cost;
            bool arc = flow.arc[j].to >= 0;
            if (arc) dearest[flow.arc[j].slot] = fmax(dearest[flow.arc[j].slot], cost);
            if (!arc) refusal = fmin(refusal, cost);
        }
        for (int i = 0; i < flow.n_slots; i++) all_arcs += dearest[i];
        cr_assert(refusal > all_arcs, "seed %d: %g against %g", (int)seed, refusal, all_arcs);
        fl_instance_free(instance);
        fl_arena_reset(&arena);
    }
    instance = build_instance(build_two_tiers);
}

static int ones_of(const bool *known) {
    int ones = 0;
    for (int j = 0; j < flow.n_arcs; j++) ones += known[j];
    return ones;
}

Test(arcflow, a_plan_and_its_columns_are_each_others_reverse) {
    bool *known;
    fl_plan plan;
    build_several("true", &(fl_aim){.most = INFINITY, .refused = 1});
    fl_plan given = build_plan(instance,
                               "[{'app': 'app1', 'count': 1, 'exit': 1, 'nodes': ['m', 'e'],"
                               "  'shares': {'e': 0.5}}, {'app': 'app2', 'exit': 1, 'nodes': ['m']}]",
                               &arena);
    cr_assert(fl_arcflow_choose(&known, &flow, &given, &arena, &err) == FL_OK && known != NULL);
    cr_assert(ones_of(known) <= fl_arcflow_ones(&flow));
    cr_assert(known[column("refuse_a1_u1")] &&
              known[column("x_a1_u2_b2_n1_n2_s1_e1")]); /* free comes first */
    cr_assert(known[column("reserve_a1_u2_n2_s1")] && !known[column("reserve_a1_u2_n2_s2")]);
    cr_assert(fl_arcflow_plan(&plan, &flow, known, &arena, &err) == FL_OK);
    cr_assert(plan.apps[0].count == 1 && plan.apps[0].more == NULL && plan.apps[0].levels[0] == 0);
    cr_assert(plan.apps[0].nodes[1] == 1 && plan.apps[1].nodes[0] == 0 && plan.apps[1].count == 1);
}

Test(arcflow, users_whom_a_plan_does_not_name_are_refused) {
    static const char *const plans[] = {"[]", "[{'count': 1, 'exit': 1, 'nodes': ['m']}]",
                                        "[{'count': 1, 'exit': 1, 'nodes': ['m']},"
                                        " {'count': 2, 'exit': 1, 'nodes': ['e']}]",
                                        "[{'exit': 1, 'nodes': ['e']}]"};
    instance = build_instance("{'schema': 'finlab/1', 'admission': true, 'system': {'nodes': ["
                              "  {'name': 'm', 'speed': 1e9, 'power': 1, 'capacity': 300}, {'name': 'e', "
                              "'speed': 2e9, 'power': 3}],"
                              "  'links': [{'from': 'm', 'to': 'e', 'rate': 1e9}]},"
                              " 'apps': [{'source': 'm', 'deadline': 1, 'count': 5, 'blocks': [{'ops': 100}],"
                              "  'exits': [{'after': 1, 'accuracy': 1}]}]}");
    cr_assert(fl_graphs_build(&graphs, instance, FL_ARCFLOW_MOST, &arena, &err) == FL_OK);
    const fl_aim aim = {.most = INFINITY, .refused = 5};
    cr_assert(fl_arcflow_build(&flow, &graphs, &aim, &arena, &err) == FL_OK);
    const int served[] = {0, 1, 3, 5};
    for (int i = 0; i < 4; i++) {
        bool *known;
        fl_plan plan, given = build_plan(instance, plans[i], &arena);
        cr_assert(fl_arcflow_choose(&known, &flow, &given, &arena, &err) == FL_OK && known != NULL, "plan %d",
                  i);
        cr_assert(ones_of(known) == 5 && ones_of(known) <= fl_arcflow_ones(&flow), "plan %d", i);
        cr_assert(fl_arcflow_plan(&plan, &flow, known, &arena, &err) == FL_OK);
        int users = 0;
        for (const fl_placement *at = &plan.apps[0]; at != NULL && at->exit >= 0; at = at->more)
            users += at->count;
        cr_assert(users == served[i], "plan %d: %d", i, users);
    }
}

Test(arcflow, a_plan_that_needs_what_was_left_out_has_no_columns) {
    bool *known;
    build_several("true", &all); /* nobody may be refused */
    fl_plan nobody = build_plan(instance, "[]", &arena);
    cr_assert(fl_arcflow_choose(&known, &flow, &nobody, &arena, &err) == FL_OK && known == NULL);
}

Test(arcflow, what_is_late_for_one_user_is_cut_off_for_all_of_the_application) {
    build_several("false", &all);
    choose("x_a1_u2_b1_n1_n1", "x_a1_u2_b2_n1_n2_s1_e1");
    fl_violation violation = {FL_VIOLATION_DEADLINE, 0, -1, -1, -1, 0, 0};
    int late = fl_arcflow_row(&flow, &violation, chosen);
    cr_assert(late == row("deadline_a1_u2"));
    cr_assert(fl_arcflow_cut(&flow, chosen, late, &arena, &err) == FL_OK && flow.n_cuts == 2);
    cr_assert(entry("cut_1", "x_a1_u1_b1_n1_n1") == 1 && entry("cut_1", "x_a1_u1_b2_n1_n2_s1_e1") == 1);
    cr_assert(entry("cut_2", "x_a1_u2_b1_n1_n1") == 1 && entry("cut_2", "x_a1_u2_b2_n1_n2_s2_e1") == 0);
    cr_assert(flow.model.row[row("cut_1")].rhs == 1 && flow.model.row[row("cut_2")].rhs == 1);
}

Test(arcflow, a_cut_of_a_share_forbids_as_much_or_more_of_the_node) {
    build_several("false", &all);
    memset(chosen, 0, sizeof chosen);
    chosen[column("reserve_a1_u1_n2_s1")] = chosen[column("reserve_a1_u2_n2_s2")] = true;
    cr_assert(fl_arcflow_cut(&flow, chosen, row("share_n2"), &arena, &err) == FL_OK);
    cr_assert(flow.model.row[row("cut_1")].rhs == 1);
    cr_assert(entry("cut_1", "reserve_a1_u1_n2_s2") == 1 && entry("cut_1", "reserve_a1_u1_n2_s1") == 1);
    cr_assert(entry("cut_1", "reserve_a1_u2_n2_s2") == 1 && entry("cut_1", "reserve_a1_u2_n2_s1") == 0);
}

Test(arcflow, one_solution_is_cut_off_at_all_its_levels) {
    build_several("false", &all);
    choose("x_a1_u2_b1_n1_n1", "x_a1_u2_b2_n1_n2_s1_e1");
    cr_assert(fl_arcflow_cut(&flow, chosen, -1, &arena, &err) == FL_OK);
    cr_assert(entry("cut_1", "x_a1_u2_b2_n1_n2_s1_e1") == 1 && entry("cut_1", "x_a1_u2_b2_n1_n2_s2_e1") == 1);
    cr_assert(entry("cut_1", "x_a1_u2_b2_n1_n1_e1") == 0 && flow.model.row[row("cut_1")].rhs == 1);
}

/* Choices and runs */

/** Three blocks on two nodes, with one of everything that a plan may choose and that a run may cost. */
static void build_choices(void) {
    instance = build_instance(
        "{'schema': 'finlab/1', 'system': {'nodes': [{'name': 'm', 'speed': 1e9, 'power': 1, 'capacity': "
        "150},"
        "  {'name': 'e', 'speed': 2e9, 'power': 3}], 'links': [{'from': 'm', 'to': 'e', 'rate': 1e9}]},"
        " 'apps': [{'source': 'm', 'deadline': 1e-6, 'accuracy': 0.5, 'segments': {'e': [{'first': 2, "
        "'last': 3,"
        "   'time': 1e-7}, {'first': 2, 'last': 2, 'time': 1e-7}]},"
        "  'thresholds': [{'name': 'low', 'shares': [0.4, 0.2, 0], 'accuracies': [0.8, 0.8, 0.9]}],"
        "  'blocks': [{'ops': 100, 'nodes': ['m'], 'out_bits': 80, 'codings': [{'name': 'short', 'bits': 40,"
        "    'loss': 0.1}], 'pack': {'m': 1e-8}}, {'ops': 200}, {'ops': 100}],"
        "  'exits': [{'after': 1, 'accuracy': 0.7, 'share': 0.2, 'ops': 10, 'optional': true},"
        "    {'after': 2, 'accuracy': 0.8, 'share': 0.1}, {'after': 3, 'accuracy': 1}]}]}");
    build_model(INFINITY);
}

Test(arcflow, ways_to_send_to_use_an_exit_and_to_set_its_threshold_stand_side_by_side) {
    build_choices();
    cr_assert(column("x_a1_b1_n1_n1") >= 0 && column("x_a1_b1_n1_n1_off") >= 0);
    cr_assert(column("x_a1_b1_n1_n1_t1") >= 0 && column("x_a1_b1_n1_n1_t1_off") >= 0);
    cr_assert(column("x_a1_b2_n1_n2") >= 0 && column("x_a1_b2_n1_n2_c1") >= 0);
    cr_assert(column("x_a1_b2_n1_n2_l1") >= 0 && column("x_a1_b2_n1_n2_t1_l1_c1_e2") >= 0);
    cr_assert(column("x_a1_b3_n2_n2_r2_l2_e3") >= 0 && row("flow_a1_t1_b2_n2_r2_l2") < 0);
    cr_assert(row("flow_a1_b2_n2_t1_r2_l2") >= 0 && row("flow_a1_b1_n1_l1") >= 0);
    cr_assert(entry("flow_a1_source", "x_a1_b1_n1_n1_t1_off") == 1);
}

Test(arcflow, accuracy_is_a_row_of_what_is_lost) {
    build_choices();
    int at = row("accuracy_a1");
    cr_assert(at >= 0 && flow.unit[0].accuracy == at && flow.model.row[at].rhs == 1);
    cr_assert(fabs(entry("accuracy_a1", "x_a1_b1_n1_n1") * 0.5 - 0.2 * (1 - 0.7)) < 1e-8);
    cr_assert(entry("accuracy_a1", "x_a1_b1_n1_n1_off") == 0);
    cr_assert(fabs(entry("accuracy_a1", "x_a1_b2_n1_n2_c1") * 0.5 - (0.1 + 0.3 * 0.2)) < 1e-8);
    fl_violation violation = {FL_VIOLATION_ACCURACY, 0, -1, -1, -1, 0, 0};
    chosen[column("x_a1_b1_n1_n1")] = true;
    cr_assert(fl_arcflow_row(&flow, &violation, chosen) == at);
}

Test(arcflow, latencies_know_packing_and_runs) {
    build_choices();
    cr_assert(about(entry("deadline_a1", "x_a1_b2_n1_n2"), (1e-8 + 80 / 1e9 + 1e-7) / 1e-6));
    cr_assert(about(entry("deadline_a1", "x_a1_b2_n1_n2_c1"), (1e-8 + 40 / 1e9 + 1e-7) / 1e-6));
    cr_assert(entry("deadline_a1", "x_a1_b3_n2_n2_r2_l2_e3") ==
              0); /* both blocks take what the first takes */
}

Test(arcflow, loads_count_the_samples_that_are_left) {
    build_choices();
    cr_assert(about(entry("capacity_n1", "x_a1_b1_n1_n1"), (100 + 10) / 150.0));
    cr_assert(about(entry("capacity_n1", "x_a1_b1_n1_n1_off"), 100 / 150.0));
    cr_assert(about(entry("capacity_n1", "x_a1_b3_n1_n1_t1_l2_e3"), 0.4 * 100 / 150.0));
}

Test(arcflow, a_plan_that_chooses_and_its_columns_are_each_others_reverse) {
    bool *known;
    fl_plan plan;
    build_choices();
    fl_plan given = build_plan(instance,
                               "[{'exit': 3, 'nodes': ['m', 'e', 'e'], 'codings': ['', 'short', ''],"
                               "  'off': [1], 'threshold': 'low'}]",
                               &arena);
    cr_assert(fl_arcflow_choose(&known, &flow, &given, &arena, &err) == FL_OK && known != NULL);
    cr_assert(ones_of(known) == 3 && fl_arcflow_ones(&flow) == 3); /* a block each */
    cr_assert(known[column("x_a1_b1_n1_n1_t1_off")] && known[column("x_a1_b2_n1_n2_t1_c1")] &&
              known[column("x_a1_b3_n2_n2_t1_r2_l2_e3")]);
    cr_assert(fl_arcflow_plan(&plan, &flow, known, &arena, &err) == FL_OK);
    cr_assert(fl_plan_same(&plan.apps[0], &given.apps[0], &instance->apps[0]));
    known[column("x_a1_b1_n1_n1_t1_off")] = false; /* a path that begins at another threshold */
    known[column("x_a1_b1_n1_n1_off")] = true;
    cr_assert(fl_arcflow_plan(&plan, &flow, known, &arena, &err) == FL_EINTERNAL);
}
