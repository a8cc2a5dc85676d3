/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every allocation fails in turn: the n-th alone, and the n-th with all after it. Each time the call says
 * FL_ENOMEM or gives the right answer all the same, nothing crashes, nothing leaks, and the next call
 * succeeds.
 *
 * igraph 0.10.2 itself crashes when some of its allocations fail, so methods that use it run in a child,
 * where a crash is counted and shown, but a wrong answer or a leak fails the test. */
#include "core/breakpoints.h"
#include "core/drift.h"
#include "core/evaluate.h"
#include "core/explain.h"
#include "core/frontier.h"
#include "core/generate.h"
#include "core/json.h"
#include "core/robust.h"
#include "milp/decode.h"
#include "milp/emit.h"
#include "tests/support/build.h"
#include "tests/support/heap.h"
#include "tests/support/solve.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef HEAP_IS_ANOTHERS
int main(void) {
    puts("skipped: the sanitizer has a malloc of its own");
    return HEAP_SKIPPED;
}
#else

static void arm(void) {
    heap.calls = 0;
    heap.armed = true;
}

static void disarm(void) {
    heap.armed = false;
}

/* What is tried. A trial prepares, arms the allocator for the call under test only, disarms it, and looks at
 * what came of it: `right` is whether a call that did not fail gave the right answer. */

static fl_instance *instance, *limited;
static fl_instance *large;  /* whose solution takes several allocations, though an arena asks for few */
static fl_instance *shared; /* by several users, with slices and what binds */
static fl_instance *chosen; /* whose plans choose all that they can, and whose runs have costs of their own */
static fl_instance *admitted; /* several users who do not all find room */
static brute_answer truth, limited_truth, shared_truth, admitted_truth, chosen_truth;
static fl_value *chosen_document;
static char file[] = "/tmp/finlab-failing-XXXXXX";
static const char *text; /* of `instance` */
static fl_error err;
static bool right;

static const fl_recipe sharing = {
    .seed = 3, .apps = 2, .blocks = 2, .nodes = 3, .users = 3, .binding = true, .slices = true};

/* Six nodes of colgen's tree. */
static const fl_recipe admitting = {
    .seed = 35, .apps = 2, .blocks = 2, .nodes = 3, .users = 2, .binding = true, .admission = true};

static const fl_recipe choosing = {.seed = 23,
                                   .blocks = 4,
                                   .nodes = 3,
                                   .exits = 3,
                                   .tightness = FL_TIGHTNESS_MEDIUM,
                                   .codings = true,
                                   .optional = true,
                                   .thresholds = true,
                                   .segments = true,
                                   .serial = true,
                                   .deviations = true};

static fl_status try_load(void) {
    fl_instance *loaded;
    arm();
    fl_status status = fl_instance_load(&loaded, file, &err);
    disarm();
    right = status != FL_OK ? loaded == NULL : loaded->system.n_nodes == instance->system.n_nodes;
    fl_instance_free(loaded);
    return status;
}

static fl_status try_generate(void) {
    fl_instance *drawn;
    fl_recipe recipe = {.seed = 5, .apps = 2, .blocks = 3, .nodes = 3, .limits = true};
    arm();
    fl_status status = fl_generate(&drawn, &recipe, &err);
    disarm();
    right = status != FL_OK ? drawn == NULL : drawn->n_apps == 2;
    fl_instance_free(drawn);
    return status;
}

static fl_status try_generate_shared(void) {
    fl_instance *drawn;
    arm();
    fl_status status = fl_generate(&drawn, &sharing, &err);
    disarm();
    right = status != FL_OK ? drawn == NULL : drawn->n_apps == 2 && drawn->features == shared->features;
    fl_instance_free(drawn);
    return status;
}

static fl_status try_print(void) {
    fl_arena arena;
    fl_value *document;
    const char *printed = NULL;
    fl_arena_init(&arena, 0);
    arm();
    fl_status status = fl_instance_write(&document, instance, &arena, &err);
    if (status == FL_OK) status = fl_json_print(&printed, document, 2, &arena, &err);
    disarm();
    right = status != FL_OK || strcmp(printed, text) == 0;
    fl_arena_free(&arena);
    return status;
}

static fl_status try_save(void) {
    arm();
    fl_status status = fl_instance_save(instance, file, &err);
    disarm();
    fl_instance *again;
    right = fl_instance_load(&again, file, NULL) == FL_OK; /* the file is whole, old or new */
    fl_instance_free(again);
    return status;
}

static fl_status try_variant(void) {
    fl_instance *variant;
    fl_change change = FL_CHANGE_NONE;
    change.deadline = 7;
    arm();
    fl_status status = fl_instance_with(&variant, instance, &change, 1, FL_PLACE_JSON, &err);
    disarm();
    right = status != FL_OK ? variant == NULL : variant->apps[0].deadline == 7;
    fl_instance_free(variant);
    return status;
}

static fl_status try_drift(void) {
    enum { MOST = 64 };
    double factors[MOST];
    fl_instance *drifted;
    for (int i = 0; i < MOST; i++) factors[i] = 0.5;
    int n_links = instance->system.n_links + instance->system.n_tier_links;
    if (instance->system.n_nodes > MOST || n_links > MOST) abort();
    arm();
    fl_status status =
        fl_drift_apply(&drifted, instance, &(fl_drift){factors, factors, 1, factors}, FL_PLACE_JSON, &err);
    disarm();
    const fl_node *was = instance->system.nodes;
    right = status != FL_OK ? drifted == NULL : drifted->system.nodes[0].speed == was[0].speed / 2;
    fl_instance_free(drifted);
    return status;
}

static const volatile sig_atomic_t never;

static fl_status try_frontier_of(const fl_instance *of) {
    fl_arena arena;
    fl_frontier frontier;
    fl_frontier_query query = {0};
    fl_arena_init(&arena, 0);
    arm();
    fl_status status = fl_frontier_find(&frontier, of, &query, &arena, NULL, &err);
    disarm();
    right = status != FL_OK || !frontier.complete || frontier.n_points > 0;
    fl_arena_free(&arena);
    return status;
}

static fl_status try_frontier(void) {
    return try_frontier_of(instance);
}

static fl_status try_frontier_of_choices(void) {
    return try_frontier_of(chosen);
}

static fl_settings read_settings(const fl_method *method, const char *options, const fl_instance *of);

static fl_status try_breakpoints(void) {
    static int pieces[2];
    enum { MOST = 64 };
    bool varies[MOST];
    fl_arena arena, scratch;
    fl_breakpoints energy, latency;
    fl_settings settings = read_settings(solve_method("exact"), NULL, instance);
    fl_breakpoints_query query = {.method = solve_method("exact"), .settings = &settings};
    fl_variation of = {.nodes = varies, .links = varies, .low = 0.1, .high = 10};
    for (int i = 0; i < MOST; i++) varies[i] = true;
    fl_arena_init(&arena, 0);
    fl_arena_init(&scratch, 0);
    arm();
    fl_status status =
        fl_breakpoints_energy(&energy, instance, &of, &query, &(fl_desk){&arena, &scratch, &never}, &err);
    if (status == FL_OK) {
        status = fl_breakpoints_latency(&latency, instance, &of, &(fl_desk){&arena, &scratch, &never}, &err);
    }
    disarm();
    if (pieces[0] == 0) {
        pieces[0] = energy.n_pieces;
        pieces[1] = latency.n_pieces;
    }
    right = status != FL_OK || energy.stop != FL_STOP_DONE ||
            (energy.n_pieces == pieces[0] && latency.n_pieces == pieces[1]);
    fl_arena_free(&scratch);
    fl_arena_free(&arena);
    return status;
}

static fl_status try_robust(void) {
    static double energy;
    enum { MOST = 64 };
    double factors[MOST];
    fl_arena arena, scratch;
    fl_robust found;
    fl_robust_query query = {.slowdown = {factors, factors, 1}};
    for (int i = 0; i < MOST; i++) factors[i] = 0.95;
    fl_arena_init(&arena, 0);
    fl_arena_init(&scratch, 0);
    arm();
    fl_status status = fl_robust_solve(&found, instance, &query, &(fl_desk){&arena, &scratch, &never}, &err);
    disarm();
    if (energy == 0) energy = found.verdict.energy;
    right = status != FL_OK || found.verdict.energy == energy;
    fl_arena_free(&scratch);
    fl_arena_free(&arena);
    return status;
}

static fl_settings read_settings(const fl_method *method, const char *options, const fl_instance *of) {
    fl_arena arena;
    fl_settings settings;
    fl_arena_init(&arena, 0);
    const fl_value *document = options != NULL ? build_document(&arena, options) : NULL;
    if (fl_settings_read(&settings, method, of, document, &err) != FL_OK) abort();
    fl_arena_free(&arena);
    return settings;
}

/** Run a method on an instance whose truth is known. */
static fl_status try_method(const char *name, const char *options, const fl_instance *of,
                            const brute_answer *best) {
    fl_arena arena;
    fl_result result;
    const fl_method *method = solve_method(name);
    fl_settings settings = read_settings(method, options, of);
    fl_arena_init(&arena, 0);
    arm();
    fl_status status = fl_run(&result, of, method, &settings, &arena, NULL, &err);
    disarm();
    right = status != FL_OK || solve_fault(&result, of, best, 1e-6) == NULL;
    bool complete = method->may_claim == FL_CLAIM_OPTIMAL && heap.fail == 0;
    if (right && complete) right = status == FL_OK && result.status == FL_RESULT_OPTIMAL;
    fl_arena_free(&arena);
    return status;
}

/** Run a method on the large instance; it must find what it found when nothing failed, or say that memory
 * ended. */
static fl_status try_large(const char *name, const char *options, double *known) {
    fl_arena arena;
    fl_result result;
    const fl_method *method = solve_method(name);
    fl_settings settings = read_settings(method, options, large);
    fl_arena_init(&arena, 0);
    arm();
    fl_status status = fl_run(&result, large, method, &settings, &arena, NULL, &err);
    disarm();
    if (*known == 0) *known = status == FL_OK ? result.verdict.energy : NAN;
    right = status != FL_OK || result.stop == FL_STOP_MEMORY || result.verdict.energy == *known;
    fl_arena_free(&arena);
    return status;
}

static fl_status try_large_exact(void) {
    static double known;
    return try_large("exact", NULL, &known);
}

static fl_status try_large_k_best(void) {
    static double known;
    return try_large("exact", "{'k': 50}", &known);
}

static fl_status try_large_fin(void) {
    static double known;
    return try_large("fin", "{'gamma': 100}", &known);
}

static fl_status try_large_milp(void) {
    static double known;
    return try_large("milp", NULL, &known);
}

static fl_status try_generate_choices(void) {
    fl_instance *drawn;
    arm();
    fl_status status = fl_generate(&drawn, &choosing, &err);
    disarm();
    right = status != FL_OK ? drawn == NULL : drawn->features == chosen->features;
    fl_instance_free(drawn);
    return status;
}

static fl_status try_read_choices(void) {
    fl_instance *read;
    arm();
    fl_status status = fl_instance_read(&read, chosen_document, FL_PLACE_JSON, &err);
    disarm();
    right = status != FL_OK ? read == NULL : read->features == chosen->features;
    fl_instance_free(read);
    return status;
}

static fl_status try_exact_choices(void) {
    return try_method("exact", NULL, chosen, &chosen_truth);
}

static fl_status try_k_best_choices(void) {
    return try_method("exact", "{'k': 20}", chosen, &chosen_truth);
}

static fl_status try_plain_reading(void) {
    return try_method("cheapest", NULL, chosen, &chosen_truth);
}

static fl_status try_exact(void) {
    return try_method("exact", NULL, instance, &truth);
}

/** One user after another, in random orders. */
static fl_status try_sequential(void) {
    fl_arena arena;
    fl_result result;
    fl_settings settings = read_settings(solve_method("exact"), "{'order': 'random', 'restarts': 3}", shared);
    fl_arena_init(&arena, 0);
    arm();
    fl_status status = fl_run(&result, shared, solve_method("exact"), &settings, &arena, NULL, &err);
    disarm();
    right = status != FL_OK || solve_fault(&result, shared, &shared_truth, 1e-6) == NULL;
    fl_arena_free(&arena);
    return status;
}

/** Why some users cannot be served in a thousandth of the time.
 *  @param solves  how many it takes, 0: not known yet */
static fl_status try_explain_of(const fl_instance *of, int *solves) {
    fl_arena arena, scratch;
    fl_explanation said;
    fl_instance *late;
    fl_change change = FL_CHANGE_NONE;
    fl_settings settings = read_settings(solve_method("exact"), NULL, of);
    change.deadline = of->apps[0].deadline / 1000;
    if (fl_instance_with(&late, of, &change, 1, FL_PLACE_JSON, &err) != FL_OK) abort();
    fl_arena_init(&arena, 0);
    fl_arena_init(&scratch, 0);
    arm();
    fl_status status =
        fl_explain(&said, late, solve_method("exact"), &settings, &(fl_desk){&arena, &scratch, &never}, &err);
    disarm();
    if (*solves == 0) *solves = said.solves;
    right = status != FL_OK || said.status == FL_RESULT_UNKNOWN ||
            (said.status == FL_RESULT_INFEASIBLE && said.solves >= *solves);
    fl_arena_free(&scratch);
    fl_arena_free(&arena);
    fl_instance_free(late);
    return status;
}

static fl_status try_explain(void) {
    static int solves;
    return try_explain_of(shared, &solves);
}

static fl_status try_explain_of_choices(void) {
    static int solves;
    return try_explain_of(chosen, &solves);
}

static fl_status try_k_best(void) {
    return try_method("exact", "{'k': 20}", instance, &truth);
}

static fl_status try_milp(void) {
    return try_method("milp", NULL, instance, &truth);
}

static fl_status try_milp_with_limits(void) {
    return try_method("milp", NULL, limited, &limited_truth);
}

/** By a method that places all users at once; it may also answer that its memory ended it. */
static fl_status try_jointly(const char *name, const fl_instance *joint, const brute_answer *joint_truth) {
    fl_arena arena;
    fl_result result;
    fl_settings settings = read_settings(solve_method(name), NULL, joint);
    fl_arena_init(&arena, 0);
    arm();
    fl_status status = fl_run(&result, joint, solve_method(name), &settings, &arena, NULL, &err);
    disarm();
    right = status != FL_OK || solve_fault_exact(&result, joint, joint_truth, 1e-6) == NULL ||
            result.stop == FL_STOP_MEMORY;
    fl_arena_free(&arena);
    return status;
}

static fl_status try_milp_shared(void) {
    return try_jointly("milp", shared, &shared_truth);
}

static fl_status try_colgen_shared(void) {
    return try_jointly("colgen", shared, &shared_truth);
}

static fl_status try_colgen_admission(void) {
    return try_jointly("colgen", admitted, &admitted_truth);
}

static fl_status try_fin(void) {
    return try_method("fin", "{'gamma': 30}", instance, &truth);
}

static fl_status try_emit(void) {
    fl_arena arena;
    const char *lp = NULL;
    size_t length;
    fl_arena_init(&arena, 0);
    arm();
    fl_status status = fl_emit_print(&lp, &length, instance, FL_EMIT_LP, &arena, &err);
    disarm();
    right = status != FL_OK || (strlen(lp) == length && strstr(lp, "End") != NULL);
    fl_arena_free(&arena);
    return status;
}

/** A solution that leaves some users without a path. */
static fl_status try_decode(void) {
    static const char solution[] = "Optimal - objective value 1\n 0 x_a1_u1_b1_n1_n1 1 0\n";
    fl_arena arena;
    fl_result result;
    fl_arena_init(&arena, 0);
    arm();
    fl_status status = fl_decode_solution(&result, shared, solution, strlen(solution), &arena, &err);
    disarm();
    right = status == FL_EINVAL || status == FL_ENOMEM;
    fl_arena_free(&arena);
    return status == FL_EINVAL ? FL_OK : status;
}

static fl_status try_certify(void) {
    return try_method("certify", NULL, instance, &truth);
}

static fl_status try_large_certify(void) {
    static double known;
    return try_large("certify", NULL, &known);
}

static fl_status try_cheapest(void) {
    return try_method("cheapest", NULL, instance, &truth);
}

static fl_status try_fastest(void) {
    return try_method("fastest", NULL, instance, &truth);
}

static fl_status try_single(void) {
    return try_method("single", NULL, instance, &truth);
}

static fl_status try_larac(void) {
    return try_method("larac", NULL, instance, &truth);
}

static fl_status try_local(void) {
    return try_method("local", NULL, instance, &truth);
}

static fl_status try_annealing(void) {
    return try_method("annealing", NULL, instance, &truth);
}

static fl_status try_genetic(void) {
    return try_method("genetic", NULL, instance, &truth);
}

static fl_status try_edgent(void) {
    return try_method("edgent", NULL, instance, &truth);
}

static fl_status try_scission(void) {
    return try_method("scission", "{'k': 9}", instance, &truth);
}

static fl_status try_mincut(void) {
    return try_method("mincut", NULL, instance, &truth);
}

static fl_status try_jalad(void) {
    return try_method("jalad", NULL, instance, &truth);
}

static fl_status try_spinn(void) {
    return try_method("spinn", NULL, instance, &truth);
}

static fl_status try_portend(void) {
    return try_method("portend", NULL, instance, &truth);
}

static fl_status try_mcp(void) {
    return try_method("mcp", NULL, instance, &truth);
}

static fl_status try_igraph(void) {
    return try_method("fin", "{'gamma': 10, 'engine': 'igraph'}", instance, &truth);
}

/* The loop */

static long leaked; /* blocks, by the last trial */

/** One trial with the plan in `heap`; what went wrong but for leaks, or NULL. */
static const char *trial(fl_status (*try)(void)) {
    long before = heap.live;
    err = (fl_error){FL_OK, 0, 0, "", ""};
    fl_status status = try();
    disarm();
    leaked = heap.live - before;
    if (!right) return "the answer is wrong";
    if (status == FL_OK) return NULL;
    if (status != FL_ENOMEM) return "the error is not FL_ENOMEM";
    return err.code == FL_ENOMEM && err.text[0] != '\0' ? NULL : "the error does not say so";
}

static const char *trial_without_leak(fl_status (*try)(void)) {
    const char *fault = trial(try);
    return fault == NULL && leaked != 0 ? "memory is leaked" : fault;
}

enum { FAULT = 1, LEAK = 2 }; /* how the child ends */

/** The same in a child: NULL also when igraph crashed or leaked, which is counted. */
static const char *trial_in_child(fl_status (*try)(void), int *crashes, int *leaks) {
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        int nowhere = open("/dev/null", O_WRONLY);
        dup2(nowhere, STDERR_FILENO); /* what the C library says about a corrupt heap */
        const char *fault = trial(try);
        if (fault != NULL) printf("  in the child: %s: %s\n", fault, err.text);
        fflush(stdout);
        _exit(fault != NULL ? FAULT : leaked != 0 ? LEAK : 0);
    }
    int state;
    if (child < 0 || waitpid(child, &state, 0) != child) return "no child";
    *crashes += WIFSIGNALED(state);
    *leaks += WIFEXITED(state) && WEXITSTATUS(state) == LEAK;
    return WIFEXITED(state) && WEXITSTATUS(state) == FAULT ? "as the child says" : NULL;
}

static const struct {
    const char *name;
    fl_status (*try)(void);
    bool igraph;
} trials[] = {{"load", try_load, false},
              {"generate", try_generate, false},
              {"generate shared", try_generate_shared, false},
              {"print", try_print, false},
              {"save", try_save, false},
              {"variant", try_variant, false},
              {"drift", try_drift, false},
              {"exact", try_exact, false},
              {"generate choices", try_generate_choices, false},
              {"read choices", try_read_choices, false},
              {"exact choices", try_exact_choices, false},
              {"k best choices", try_k_best_choices, false},
              {"plain reading", try_plain_reading, false},
              {"sequential", try_sequential, false},
              {"explain", try_explain, false},
              {"k best", try_k_best, false},
              {"frontier", try_frontier, false},
              {"frontier of choices", try_frontier_of_choices, false},
              {"explain of choices", try_explain_of_choices, false},
              {"breakpoints", try_breakpoints, false},
              {"robust", try_robust, false},
              {"milp", try_milp, false},
              {"milp with limits", try_milp_with_limits, false},
              {"milp shared", try_milp_shared, false},
              {"colgen shared", try_colgen_shared, false},
              {"colgen admission", try_colgen_admission, false},
              {"fin", try_fin, false},
              {"large exact", try_large_exact, false},
              {"large k best", try_large_k_best, false},
              {"large fin", try_large_fin, false},
              {"large milp", try_large_milp, false},
              {"certify", try_certify, false},
              {"large certify", try_large_certify, false},
              {"cheapest", try_cheapest, false},
              {"fastest", try_fastest, false},
              {"single", try_single, false},
              {"larac", try_larac, false},
              {"local", try_local, false},
              {"annealing", try_annealing, false},
              {"genetic", try_genetic, false},
              {"edgent", try_edgent, false},
              {"scission", try_scission, false},
              {"jalad", try_jalad, false},
              {"spinn", try_spinn, false},
              {"portend", try_portend, false},
              {"mincut", try_mincut, true},
              {"mcp", try_mcp, true},
              {"fin by igraph", try_igraph, true},
              {"emit", try_emit, false},
              {"decode", try_decode, false}};

/** Fail every allocation of one kind of call; whether all went well. Counts the trials. */
static bool fail_all(int i, long *tried) {
    int crashes = 0, leaks = 0;
    heap.fail = 0;
    trial(trials[i].try); /* once to warm up what libraries keep */
    const char *fault = trial_without_leak(trials[i].try);
    long n = heap.calls;
    for (int mode = 0; mode < 2 && fault == NULL; mode++) {
        for (long fail = 1; fail <= n && fault == NULL; fail++) {
            heap.fail = fail;
            heap.from_then_on = mode == 1;
            ++*tried;
            fault = trials[i].igraph ? trial_in_child(trials[i].try, &crashes, &leaks)
                                     : trial_without_leak(trials[i].try);
            if (fault != NULL) printf("  call %ld%s: %s\n", fail, mode ? " and all later" : "", err.text);
            heap.fail = 0;
            if (fault == NULL) fault = trial_without_leak(trials[i].try);
        }
    }
    printf("%-18s each of %ld allocations failed, alone and with all later: %s", trials[i].name, n,
           fault != NULL ? fault : "ok");
    if (trials[i].igraph) printf("; inside igraph %d crashes and %d leaks", crashes, leaks);
    printf("\n");
    return fault == NULL && n > 0;
}

static void prepare(void) {
    static fl_arena arena;
    fl_value *document;
    fl_recipe recipe = {.seed = 8, .blocks = 5, .nodes = 4, .exits = 3, .tightness = FL_TIGHTNESS_MEDIUM};
    fl_recipe many = {.seed = 4, .blocks = 12, .nodes = 8, .plain = true, .tightness = FL_TIGHTNESS_MEDIUM};
    fl_recipe with_limits = {.seed = 1, .blocks = 4, .nodes = 3, .limits = true};
    fl_arena_init(&arena, 0);
    bool ready =
        fl_generate(&instance, &recipe, &err) == FL_OK && fl_generate(&large, &many, &err) == FL_OK &&
        fl_generate(&shared, &sharing, &err) == FL_OK && fl_generate(&limited, &with_limits, &err) == FL_OK &&
        fl_generate(&admitted, &admitting, &err) == FL_OK && fl_generate(&chosen, &choosing, &err) == FL_OK &&
        fl_instance_write(&chosen_document, chosen, &arena, &err) == FL_OK &&
        fl_instance_write(&document, instance, &arena, &err) == FL_OK &&
        fl_json_print(&text, document, 2, &arena, &err) == FL_OK && close(mkstemp(file)) == 0 &&
        fl_instance_save(instance, file, &err) == FL_OK;
    if (!ready) abort();
    truth = brute_solve(instance);
    limited_truth = brute_solve(limited);
    shared_truth = brute_solve(shared);
    admitted_truth = brute_solve(admitted);
    chosen_truth = brute_solve(chosen);
    if (!chosen_truth.feasible || chosen->features != FL_FEATURES_OWN) abort();
    if (!truth.feasible || !limited_truth.feasible || limited->features == 0) abort();
}

int main(void) {
    static char line[BUFSIZ];
    bool good = true;
    long tried = 0;
    setvbuf(stdout, line, _IOLBF, sizeof line); /* what was said is seen even when the next trial crashes */
    prepare();
    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) good &= fail_all((int)i, &tried);
    unlink(file);
    printf("%ld failing allocations\n", tried);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
#endif
