/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Energies of the published models, in mJ, as an independent enumeration of all plans gives them. */
#include "tests/heuristics/published.h"
#include <criterion/criterion.h>

static fl_arena arena;

static void start(void) {
    fl_arena_init(&arena, 0);
}

static void stop(void) {
    fl_arena_free(&arena);
}

TestSuite(table, .init = start, .fini = stop);

/** No plan. */
#define NONE 0.0

typedef struct published_row {
    published_model model;
    int percent;         /* accuracy wanted */
    double milliseconds; /* deadline */
    double optimum, mcp, fin3, fin10, fin30;
} published_row;

static const published_row rows[] = {
    {B_ALEXNET, 75, 3, 51.122, 97.550, NONE, 97.550, 51.122},
    {B_ALEXNET, 75, 4, 21.532, 97.550, NONE, 51.122, 21.532},
    {B_ALEXNET, 75, 5, 21.532, 97.550, NONE, 21.532, 21.532},
    {B_ALEXNET, 75, 6, 21.532, 97.550, NONE, 21.532, 21.532},
    {B_ALEXNET, 75, 7, 21.532, 97.550, 21.532, 21.532, 21.532},
    {B_ALEXNET, 75, 15, 21.532, 97.550, 21.532, 21.532, 21.532},
    {B_ALEXNET, 80, 3, 89.907, 139.504, NONE, NONE, 139.504},
    {B_ALEXNET, 80, 4, 85.603, 139.504, NONE, 139.504, 85.603},
    {B_ALEXNET, 80, 5, 85.603, 139.504, NONE, 89.907, 85.603},
    {B_ALEXNET, 80, 6, 64.087, 139.504, NONE, 85.603, 64.087},
    {B_ALEXNET, 80, 7, 39.382, 139.504, NONE, 64.087, 39.382},
    {B_ALEXNET, 80, 8, 39.382, 139.504, NONE, 64.087, 39.382},
    {B_ALEXNET, 80, 9, 39.382, 139.504, NONE, 39.382, 39.382},
    {B_ALEXNET, 80, 15, 39.382, 139.504, NONE, 39.382, 39.382},
    {B_RESNET, 80, 0.5, 17.725, 28.331, NONE, 17.725, 17.725},
    {B_RESNET, 80, 1, 16.438, 28.331, NONE, 16.438, 16.438},
    {B_RESNET, 80, 2, 9.921, 28.331, NONE, 16.438, 9.921},
    {B_RESNET, 80, 3, 9.921, 28.331, NONE, 9.921, 9.921},
    {B_RESNET, 80, 5, 9.921, 28.331, NONE, 9.921, 9.921},
    {B_LENET, 95, 0.02, 0.216, 0.749, NONE, 0.749, 0.216},
    {B_LENET, 95, 0.025, 0.139, 0.749, NONE, 0.216, 0.139},
    {B_LENET, 95, 0.03, 0.139, 0.749, NONE, 0.139, 0.139},
    {B_LENET, 95, 0.05, 0.139, 0.749, 0.139, 0.139, 0.139},
};
enum { ROWS = sizeof rows / sizeof *rows };

static void assert_energy(const published_row *row, const fl_instance *instance, const fl_method *method,
                          const char *option, double value, double wanted) {
    fl_result result = run_with(instance, method, option, value, &arena);
    double got = result.has_plan ? result.verdict.energy * 1e3 : NONE;
    cr_assert(fabs(got - wanted) < 5.01e-4, "model %d, %d %%, %g ms: %s %g: %.4f mJ, not %.3f", row->model,
              row->percent, row->milliseconds, method->name, value, got, wanted);
}

Test(table, exact_mcp_and_fin_answer_the_published_models) {
    for (int i = 0; i < ROWS; i++) {
        const published_row *row = &rows[i];
        fl_instance *instance =
            published_instance(row->model, row->milliseconds * 1e-3, row->percent / 100.0, RECEIVER);
        assert_energy(row, instance, &fl_exact_method, NULL, 0, row->optimum);
        assert_energy(row, instance, &fl_mcp_method, NULL, 0, row->mcp);
        assert_energy(row, instance, &fl_fin_method, "gamma", 3, row->fin3);
        assert_energy(row, instance, &fl_fin_method, "gamma", 10, row->fin10);
        assert_energy(row, instance, &fl_fin_method, "gamma", 30, row->fin30);
        fl_instance_free(instance);
    }
}

typedef struct strategy_row {
    published_model model;
    int percent;
    double milliseconds;
    double bound; /* the dual's */
    double latency,
        energy; /* the best single cut of the whole network, by latency and by the source's energy */
    double edgent, scission, mincut;
} strategy_row;

static const strategy_row strategy_rows[] = {
    {B_ALEXNET, 80, 3, 89.165, 139.504, 93.076, 139.504, 139.504, NONE},
    {B_ALEXNET, 80, 4, 75.195, 139.504, 93.076, 139.504, 139.504, NONE},
    {B_ALEXNET, 80, 7, 39.382, 139.504, 93.076, 139.504, 139.504, 39.382},
    {B_ALEXNET, 50, 3, 12.338, 139.504, 93.076, 139.504, 139.504, 12.338},
    {B_RESNET, 80, 2, 9.921, 28.331, 22.568, 28.331, 28.331, 9.921},
    {B_LENET, 90, 0.02, 0.091, 0.749, NONE, 0.749, 0.749, 0.091},
    {B_LENET, 90, 0.03, 0.091, 0.749, 0.139, 0.749, 0.749, 0.091},
};
enum { STRATEGY_ROWS = sizeof strategy_rows / sizeof *strategy_rows };

Test(table, the_strategies_answer_the_published_models) {
    for (int i = 0; i < STRATEGY_ROWS; i++) {
        const strategy_row *of = &strategy_rows[i];
        const published_row row = {
            .model = of->model, .percent = of->percent, .milliseconds = of->milliseconds};
        fl_instance *instance =
            published_instance(of->model, of->milliseconds * 1e-3, of->percent / 100.0, RECEIVER);
        double bound = run_with(instance, &fl_larac_method, NULL, 0, &arena).bound * 1e3;
        cr_assert(fabs(bound - of->bound) < 5.01e-4, "row %d: a bound of %.4f mJ", i, bound);
        assert_energy(&row, instance, &fl_neurosurgeon_method, "goal", 0, of->latency);
        assert_energy(&row, instance, &fl_neurosurgeon_method, "goal", 1, of->energy);
        assert_energy(&row, instance, &fl_edgent_method, NULL, 0, of->edgent);
        assert_energy(&row, instance, &fl_scission_method, NULL, 0, of->scission);
        assert_energy(&row, instance, &fl_mincut_method, NULL, 0, of->mincut);
        fl_instance_free(instance);
    }
}

/** FIN on the grid of B-AlexNet, 3 to 15 ms and 10 to 85 %: cells without a plan, at the optimum, and with a
 * bound that meets it. */
typedef struct summary {
    int gamma, none, optimal, tight;
} summary;

static void count_cell(summary *got, double deadline, double accuracy) {
    fl_instance *instance = published_instance(B_ALEXNET, deadline, accuracy, RECEIVER);
    double optimum = run_with(instance, &fl_exact_method, NULL, 0, &arena).verdict.energy;
    fl_result fin = run_with(instance, &fl_fin_method, "gamma", got->gamma, &arena);
    got->none += !fin.has_plan;
    got->optimal += fin.has_plan && fin.verdict.energy <= optimum * (1 + 1e-9);
    got->tight += fin.bound >= optimum * (1 - 1e-9);
    fl_instance_free(instance);
}

Test(table, fin_is_as_often_optimal_as_published) {
    static const summary wanted[] = {{3, 42, 166, 196}, {5, 20, 184, 196}, {10, 2, 188, 204},
                                     {20, 0, 202, 204}, {30, 0, 206, 206}, {50, 0, 206, 208},
                                     {200, 0, 208, 208}};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        summary got = {wanted[i].gamma, 0, 0, 0};
        for (int ms = 3; ms <= 15; ms++) {
            for (int percent = 10; percent <= 85; percent += 5) count_cell(&got, ms * 1e-3, percent / 100.0);
        }
        cr_assert(
            got.none == wanted[i].none && got.optimal == wanted[i].optimal && got.tight == wanted[i].tight,
            "gamma %d: %d without a plan, %d optimal, %d tight", got.gamma, got.none, got.optimal, got.tight);
    }
}
