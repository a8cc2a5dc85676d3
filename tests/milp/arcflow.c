/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "milp/arcflow.h"
#include "tests/support/build.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static fl_arena arena;
static fl_error err;
static fl_instance *instance;
static fl_layers layers;
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
    cr_assert(fl_layers_build(&layers, instance, 0, &arena, &err) == FL_OK);
    cr_assert(fl_arcflow_build(&flow, instance, &layers, &(fl_aim){.most = most}, &arena, &err) == FL_OK,
              "%s", err.text);
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
    cr_assert(fl_layers_build(&layers, instance, 0, &arena, &err) == FL_OK);
    cr_assert(fl_arcflow_build(&flow, instance, &layers, &(fl_aim){.most = INFINITY}, &arena, &err) == FL_OK);
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
