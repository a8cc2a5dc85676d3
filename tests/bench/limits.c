/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/passes.h"
#include "heuristics/fin_kernel.h"
#include "tests/bench/families.h"
#include "tests/bench/measure.h"
#include "tests/bench/say.h"
#include "tests/bench/sections.h"

/* The same instruction sets as core/passes.c, so that the machine is not sold short. */
#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__SANITIZE_ADDRESS__)
#define CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define CLONES
#endif

enum { LANES = 32, FEW_LANES = 8, TILE = 32 };

typedef struct limits_span {
    const double *numbers;
    size_t n;
} limits_span;

/** Read spans of doubles and do no more with them than is needed to read them: add them up, in as many sums
 * as hide the latency of adding. */
CLONES static double read_all(const limits_span *spans, int n_spans) {
    double sums[LANES] = {0}, few[FEW_LANES] = {0}, sum = 0;
    for (const limits_span *span = spans; span < spans + n_spans; span++) {
        const double *numbers = span->numbers;
        size_t i = 0;
        for (; i + LANES <= span->n; i += LANES) {
            for (int lane = 0; lane < LANES; lane++) sums[lane] += numbers[i + lane];
        }
        for (; i + FEW_LANES <= span->n; i += FEW_LANES) {
            for (int lane = 0; lane < FEW_LANES; lane++) few[lane] += numbers[i + lane];
        }
        for (; i < span->n; i++) sum += numbers[i];
    }
    for (int lane = 0; lane < LANES; lane++) few[lane % FEW_LANES] += sums[lane];
    for (int lane = 0; lane < FEW_LANES; lane++) sum += few[lane];
    return sum;
}

/** Write `n` doubles. */
static void write_all(double *numbers, size_t n, double value) {
    for (size_t i = 0; i < n; i++) numbers[i] = value;
}

/* A bound pass */

typedef struct limits_pass {
    const fl_layers *layers;
    fl_pass pass;
    double lambda;
    double *scratch; /* [3 * n_nodes] */
    double read;     /* sum of what was read, so that it is read */
} limits_pass;

static double run_pass(void *context) {
    limits_pass *run = context;
    measure_watch watch = measure_start();
    fl_pass_run(&run->pass, run->layers, 1, run->lambda, run->scratch);
    return measure_stop(&watch);
}

/** Read what a pass reads and write what it writes: per layer the matrices of the links, two vectors of
 *  computing, two of sending and receiving, and one result. */
static double stream_pass(void *context) {
    limits_pass *run = context;
    const fl_layers *layers = run->layers;
    const fl_groups *groups = layers->groups;
    size_t n = (size_t)layers->n_nodes, square = (size_t)groups->n_groups * (size_t)groups->n_groups;
    measure_watch watch = measure_start();
    for (int l = 0; l < layers->n_layers; l++) {
        const limits_span spans[] = {{layers->layer[l].energy, n},
                                     {layers->layer[l].latency, n},
                                     {layers->tx, n},
                                     {layers->rx, n},
                                     {groups->slowness, square},
                                     {groups->delay, square},
                                     {groups->energy, square}};
        run->read += read_all(spans, l == 0 ? 4 : groups->uniform ? 5 : 7);
        write_all(run->pass.arrive + (size_t)l * n, n, run->read);
    }
    return measure_stop(&watch);
}

static void add_row(bench_report *report, const char *what, double arcs, double seconds, double streaming) {
    char one[32], two[32];
    report_milliseconds(one, sizeof one, seconds);
    report_milliseconds(two, sizeof two, streaming);
    report_print(report, "| %s | %s | %s | %.2f | %.2f |\n", what, one, two, seconds / streaming,
                 arcs / seconds / 1e9);
    fl_value *record = report_record(report, "limits");
    report_text(report, record, "what", what);
    report_number(report, record, "seconds", seconds);
    report_number(report, record, "streaming_seconds", streaming);
    report_number(report, record, "ratio", seconds / streaming);
    report_number(report, record, "operations_per_second", arcs / seconds);
}

static void build(fl_layers *layers, const fl_instance *instance, fl_arena *arena) {
    fl_error err;
    if (fl_layers_build(layers, instance, 0, arena, &err) != FL_OK) say_stop("building layers", &err);
}

static void *checked(void *room, const fl_arena *arena) {
    fl_error err;
    if (room == NULL) {
        fl_arena_error(arena, &err);
        say_stop("reserving memory", &err);
    }
    return room;
}

static void measure_pass(bench_report *report, const fl_instance *instance, double budget) {
    fl_arena arena;
    fl_error err;
    fl_layers layers;
    char what[80];
    fl_arena_init(&arena, 0);
    build(&layers, instance, &arena);
    /* A multiplier at which energy and latency weigh about the same. */
    limits_pass run = {.layers = &layers, .lambda = 1 / layers.deadline};
    run.scratch = checked(FL_NEW(&arena, 3 * (size_t)layers.n_nodes, double), &arena);
    if (fl_pass_init(&run.pass, &layers, &arena, &err) != FL_OK) say_stop("reserving a pass", &err);
    double seconds = measure_median(run_pass, &run, run_pass(&run), budget, NULL);
    double streaming = measure_median(stream_pass, &run, stream_pass(&run), budget, NULL);
    double moves = (double)layers.groups->n_groups * layers.groups->n_groups + 2.0 * layers.n_nodes;
    snprintf(what, sizeof what, "bound pass, %d x %d, %d groups of nodes", layers.n_layers, layers.n_nodes,
             layers.groups->n_groups);
    add_row(report, what, (layers.n_layers - 1) * moves, seconds, streaming);
    fl_arena_free(&arena);
}

/* FIN's search */

/** One way into a vertex: the row it comes from, how far it is shifted, the first level it arrives at. */
typedef struct limits_way {
    int from;
    short levels, first;
} limits_way;

typedef struct limits_fin {
    fl_fin_search search;
    fl_arena arena;
    int n_levels;      /* of a row: gamma + 1 without those that computing takes at least */
    size_t stride;     /* doubles per row, a tile of padding before it */
    double *rows;      /* [n_layers * n_nodes * stride] */
    limits_way *ways;  /* those into (1, 0), (1, 1), ... (n_layers - 2, n_nodes - 1) */
    fl_fin_way *these; /* [n_nodes] scratch: the ways into one vertex, as the kernel wants them */
    int *n_ways;       /* [n_layers * n_nodes] */
    double cells;      /* how many are read that mean something */
    double read;       /* sum of the links that were read, so that they are read */
} limits_fin;

static double run_fin(void *context) {
    limits_fin *run = context;
    fl_fin_found found;
    fl_error err;
    measure_watch watch = measure_start();
    if (fl_fin_native(&found, &run->search, &run->arena, &err) != FL_OK) say_stop("fin", &err);
    double seconds = measure_stop(&watch);
    fl_arena_reset(&run->arena);
    return seconds;
}

typedef void limits_vertex(limits_fin *run, double *out, const double *rows, const limits_way *ways, int n);

/** Go through the vertices in the order of the search. */
static double run_vertices(limits_fin *run, limits_vertex *vertex) {
    const limits_way *ways = run->ways;
    size_t n = (size_t)run->search.layers->n_nodes;
    measure_watch watch = measure_start();
    for (int l = 1; l + 1 < run->search.layers->n_layers; l++) { /* of the last, only one level matters */
        const double *rows = run->rows + (size_t)(l - 1) * n * run->stride + TILE;
        for (size_t b = 0; b < n; b++) {
            int n_ways = run->n_ways[(size_t)l * n + b];
            vertex(run, run->rows + ((size_t)l * n + b) * run->stride + TILE, rows, ways, n_ways);
            ways += n_ways;
        }
    }
    return measure_stop(&watch);
}

/** The search's own kernel. */
static void relax_vertex(limits_fin *run, double *out, const double *rows, const limits_way *ways, int n) {
    for (int i = 0; i < n; i++) {
        const double *from = rows + (size_t)ways[i].from * run->stride;
        run->these[i] = (fl_fin_way){from, 1, ways[i].levels, ways[i].first};
    }
    fl_fin_kernel_relax(out, run->these, n, run->n_levels, fl_fin_kernel_tile(run->n_levels));
}

/** The same cells of all rows, added up in tiles that suit reading. */
CLONES static void read_row(double *out, const double *rows, size_t stride, const limits_way *ways, int n,
                            int n_levels) {
    for (int start = 0; start < n_levels; start += TILE) {
        double sums[TILE] = {0};
        for (const limits_way *way = ways; way < ways + n; way++) {
            if (way->first >= start + TILE) continue;
            const double *from = rows + (size_t)way->from * stride + (start - way->levels);
            for (int i = 0; i < TILE; i++) sums[i] += from[i];
        }
        for (int i = 0; i < TILE; i++) out[start + i] = sums[i];
    }
}

static void read_vertex(limits_fin *run, double *out, const double *rows, const limits_way *ways, int n) {
    read_row(out, rows, run->stride, ways, n, run->n_levels);
}

static double run_kernel(void *context) {
    return run_vertices(context, relax_vertex);
}

static double stream_kernel(void *context) {
    return run_vertices(context, read_vertex);
}

/** The search reads the links of each block, too. */
static double stream_fin(void *context) {
    limits_fin *run = context;
    const fl_groups *groups = run->search.layers->groups;
    limits_span links = {groups->slowness, (size_t)groups->n_groups * (size_t)groups->n_groups};
    measure_watch watch = measure_start();
    for (int l = 1; l + 1 < run->search.layers->n_layers; l++) run->read += read_all(&links, 1);
    return measure_stop(&watch) + run_vertices(run, read_vertex);
}

/** What a block takes at least. */
static int least_levels(const fl_fin_search *search, int l) {
    const fl_layer *layer = &search->layers->layer[l];
    bool last = l + 1 == search->layers->n_layers;
    int least = search->gamma + 1;
    for (int n = 0; n < search->layers->n_nodes; n++) {
        double latency = last ? layer->final_latency[n] : layer->latency[n];
        int levels = fl_fin_levels(latency, search->deadline, search->gamma, search->rounding);
        if (levels < least) least = levels;
    }
    return least;
}

/** Find the ways into every vertex and the first level at which it is reached. Levels are counted from what
 *  the blocks so far take at least. */
static void find_ways(limits_fin *run, fl_arena *arena) {
    const fl_fin_search *search = &run->search;
    const fl_layers *layers = search->layers;
    size_t n = (size_t)layers->n_nodes, n_found = 0;
    short *first = checked(FL_NEW(arena, (size_t)layers->n_layers * n, short), arena);
    for (int l = 0; l + 1 < layers->n_layers; l++) {
        int least = least_levels(search, l);
        for (int b = 0; b < layers->n_nodes; b++) {
            size_t at = (size_t)l * n + (size_t)b, before = n_found;
            first[at] = (short)run->n_levels;
            for (int a = 0; a < layers->n_nodes; a++) {
                fl_cost arc;
                if (l == 0 && a != layers->source) continue;
                if (!fl_layers_arc(layers, l, a, b, false, &arc)) continue;
                int levels =
                    fl_fin_levels(arc.latency, search->deadline, search->gamma, search->rounding) - least;
                int arrival = levels + (l > 0 ? first[at - n - (size_t)b + (size_t)a] : 0);
                if (arrival >= run->n_levels) continue;
                if (arrival < first[at]) first[at] = (short)arrival;
                if (l == 0) continue;
                run->ways[n_found++] = (limits_way){a, (short)levels, (short)arrival};
                run->cells += run->n_levels - arrival;
            }
            run->n_ways[at] = (int)(n_found - before);
        }
    }
}

static void measure_fin(bench_report *report, const fl_instance *instance, int gamma, double budget) {
    const volatile sig_atomic_t never = 0;
    fl_arena arena;
    fl_layers layers;
    char what[80];
    fl_arena_init(&arena, 0);
    build(&layers, instance, &arena);
    size_t n = (size_t)layers.n_nodes, vertices = (size_t)layers.n_layers * n;
    limits_fin run = {.search = {.layers = &layers,
                                 .deadline = instance->apps[0].deadline,
                                 .gamma = gamma,
                                 .rounding = FL_FIN_UP,
                                 .interrupt = &never},
                      .n_levels = gamma + 1};
    fl_arena_init(&run.arena, 0);
    for (int l = 0; l < layers.n_layers; l++) run.n_levels -= least_levels(&run.search, l);
    run.stride = TILE + ((size_t)run.n_levels / TILE + 1) * TILE;
    run.ways = checked(FL_NEW(&arena, vertices * n, limits_way), &arena);
    run.these = checked(FL_NEW(&arena, n, fl_fin_way), &arena);
    run.n_ways = checked(FL_NEW(&arena, vertices, int), &arena);
    find_ways(&run, &arena);
    double seconds = measure_median(run_fin, &run, run_fin(&run), budget, NULL);
    fl_arena_free(&run.arena); /* so that all have the caches to themselves */
    run.rows = checked(FL_ZERO(&arena, vertices * run.stride, double), &arena);
    double kernel = measure_median(run_kernel, &run, run_kernel(&run), budget, NULL);
    double kernel_streaming = measure_median(stream_kernel, &run, stream_kernel(&run), budget, NULL);
    double streaming = measure_median(stream_fin, &run, stream_fin(&run), budget, NULL);
    snprintf(what, sizeof what, "fin's kernel, %d x %d, gamma %d", layers.n_layers, layers.n_nodes, gamma);
    add_row(report, what, run.cells, kernel, kernel_streaming);
    snprintf(what, sizeof what, "fin's search, %d x %d, gamma %d", layers.n_layers, layers.n_nodes, gamma);
    add_row(report, what, run.cells, seconds, streaming);
    fl_arena_free(&arena);
}

/* Both */

static const struct {
    int blocks, nodes, tiers;
    int gammas[3]; /* 0: none */
    bool quick;
} sizes[] = {
    {50, 30, 0, {100, 400, 1600}, true}, {100, 100, 0, {200, 800, 0}, true}, {100, 300, 0, {0, 0, 0}, false},
    {50, 1000, 0, {0, 0, 0}, false},     {50, 10000, 3, {0, 0, 0}, false},
};

void limits_measure(bench_report *report) {
    double budget = report->quick ? 0.1 : 0.5;
    report_print(
        report,
        "## Distance to the machine's limit\n\n"
        "`reading`: a loop that reads the same numbers as often, adds them up, and writes as many\n"
        "results. FIN's kernel is the min-plus product of its rows; its search is all of it: finding the\n"
        "levels of the arcs and reading the plan back, too, for a deadline so loose that all of them\n"
        "matter. An operation is one addition and minimum.\n\n"
        "| what | ms | reading, ms | ratio | 10^9 operations per second |\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        if (report->quick && !sizes[i].quick) continue;
        say("limits: %d x %d", sizes[i].blocks, sizes[i].nodes);
        fl_instance *base = families_draw(sizes[i].blocks, sizes[i].nodes, sizes[i].tiers, 0);
        fl_instance *instance = families_at(base, 0.5);
        fl_instance *loose = families_at(base, 10);
        measure_pass(report, instance, budget);
        for (int g = 0; g < 3 && sizes[i].gammas[g] > 0; g++)
            measure_fin(report, loose, sizes[i].gammas[g], budget);
        fl_instance_free(loose);
        fl_instance_free(instance);
        fl_instance_free(base);
    }
    report_print(report, "\n");
}
