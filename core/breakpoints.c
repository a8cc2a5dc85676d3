/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/breakpoints.h"
#include "core/drift.h"
#include "core/extreme.h"
#include "core/profile.h"
#include "core/tolerance.h"
#include <string.h>

/** A number of a plan as it goes with s: constant + slope * s. */
typedef struct line {
    double constant, slope;
} line;

/** What one solve found. */
typedef struct candidate {
    fl_result_status status; /* optimal, infeasible or unknown */
    fl_plan plan;
    long long served;
    line value;    /* power (W) or latency (s) */
    double until;  /* the largest s for which the plan is in time */
    double beyond; /* from here on it is surely late, to the judge as to any search */
} candidate;

/** A range of s with one best plan. */
typedef struct span {
    double from, to;
    candidate best;
    line first; /* of the plan with which it began; those that cost the same took its place */
} span;

typedef struct search {
    const fl_instance *instance;
    const fl_variation *variation;
    const fl_breakpoints_query *query; /* NULL: shortest paths */
    fl_breakpoints *out;
    const fl_desk *desk;
    double began;
    double first, last;             /* of s */
    double *nodes, *links, *powers; /* factors of a drift */
    span *spans;                    /* [n_spans] by rising s */
    int n_spans, room;
} search;

static double square(double number) {
    return number * number;
}

static double at(const line *of, double s) {
    return of->constant + of->slope * s;
}

/** Where two lines cross, kept within a range. */
static double crossing(const line *one, const line *other, double from, double to) {
    double slopes = one->slope - other->slope;
    double s = slopes != 0 ? (other->constant - one->constant) / slopes : from;
    return fmin(fmax(s, from), to);
}

/* Solves */

static void set_factors(double *factors, const bool *varies, int n, double factor) {
    for (int i = 0; i < n; i++) factors[i] = varies != NULL && varies[i] ? factor : 1;
}

/** The instance with the latencies that it has at s = `times`, and the energies at s = `energies`. */
static fl_status drift(fl_instance **out, search *now, double times, double energies, fl_error *err) {
    const fl_system *system = &now->instance->system;
    set_factors(now->nodes, now->variation->nodes, system->n_nodes, 1 / times);
    set_factors(now->powers, now->variation->nodes, system->n_nodes, energies / times);
    set_factors(now->links, now->variation->links, system->n_links + system->n_tier_links, 1 / times);
    fl_drift factors = {now->nodes, now->links, 1, now->powers};
    return fl_drift_apply(out, now->instance, &factors, FL_PLACE_LUA, err);
}

/** How much of a profile varies and how much does not; `variance` goes with s^2. */
static void split_profile(line *latency, line *variance, line *energy, const fl_profile *profile,
                          const search *now) {
    const fl_system *system = &now->instance->system;
    const fl_variation *variation = now->variation;
    *latency = (line){profile->delays, 0};
    *variance = (line){0, 0};
    *energy = (line){profile->moving, 0};
    for (int n = 0; n < system->n_nodes; n++) {
        bool varies = variation->nodes != NULL && variation->nodes[n];
        *(varies ? &latency->slope : &latency->constant) += profile->nodes[n];
        *(varies ? &variance->slope : &variance->constant) += profile->node_variances[n];
        *(varies ? &energy->slope : &energy->constant) += profile->energies[n];
    }
    for (int i = 0; i < system->n_links + system->n_tier_links; i++) {
        bool varies = variation->links != NULL && variation->links[i];
        *(varies ? &latency->slope : &latency->constant) += profile->links[i];
        *(varies ? &variance->slope : &variance->constant) += profile->link_variances[i];
    }
}

/** The s up to which a latency stays within a limit: where mean + z * sqrt(variance) meets it. With `room`
 * left by what does not vary, that is a root of
 * (slope^2 - z^2 growth) s^2 - 2 room slope s + (room^2 - z^2 variance) = 0. */
static double reaches(const line *latency, const line *variance, double z, double limit) {
    double room = limit - latency->constant, slope = latency->slope;
    if (!(z > 0) || (variance->constant == 0 && variance->slope == 0)) {
        return slope > 0 ? room / slope : INFINITY;
    }
    double deviation = z * sqrt(variance->constant), growth = z * z * variance->slope;
    double left = (room - deviation) * (room + deviation);
    if (room < deviation) return 0; /* never */
    double root = sqrt(growth * left + square(slope * deviation));
    return room * slope + root > 0 ? left / (room * slope + root) : INFINITY;
}

/** How the plan of a candidate goes with s. With a query its value is the power, else the latency. */
static fl_status describe(candidate *found, search *now, fl_error *err) {
    found->value = (line){0, 0};
    found->until = found->beyond = INFINITY;
    for (int h = 0; h < found->plan.n_apps; h++) {
        const fl_app *app = &now->instance->apps[h];
        double limit = app->deadline * (1 + FL_TOLERANCE_DEADLINE);
        for (const fl_placement *of = &found->plan.apps[h]; of != NULL && of->exit >= 0; of = of->more) {
            fl_profile profile;
            line latency, variance, energy;
            double users = app->rate * of->count;
            FL_TRY(fl_profile_placement(&profile, now->instance, h, of, now->desk->scratch, err));
            split_profile(&latency, &variance, &energy, &profile, now);
            double z = app->deviations;
            found->until =
                fmin(found->until, reaches(&latency, &variance, z, limit * (1 - FL_TOLERANCE_SEARCH)));
            found->beyond =
                fmin(found->beyond, reaches(&latency, &variance, z, limit * (1 + FL_TOLERANCE_SEARCH)));
            found->value.constant += users * energy.constant;
            found->value.slope += users * energy.slope;
            if (now->query == NULL) found->value = latency;
        }
    }
    return FL_OK;
}

/** Seconds left; INFINITY without a limit. */
static double time_left(const search *now) {
    double limit = now->query->time_limit;
    return limit > 0 ? limit - (fl_clock() - now->began) : INFINITY;
}

/** The settings for one solve, which has the time left for all. */
static fl_settings settings_now(const search *now) {
    fl_settings settings = *now->query->settings;
    int option = fl_method_option(now->query->method, "time_limit");
    double left = time_left(now);
    if (option < 0 || isinf(left)) return settings;
    double *own = &settings.value[option];
    *own = *own > 0 ? fmin(*own, left) : left;
    return settings;
}

/** Keep what a run answered: a plan only when it is proven the best. */
static fl_status keep(candidate *found, search *now, const fl_result *result, fl_error *err) {
    found->status = result->status;
    if (result->status == FL_RESULT_FEASIBLE) found->status = FL_RESULT_UNKNOWN;
    if (found->status == FL_RESULT_UNKNOWN) now->out->stop = result->stop;
    if (result->status != FL_RESULT_OPTIMAL) return FL_OK;
    found->served = result->verdict.served;
    FL_TRY(fl_plan_copy(&found->plan, now->instance, &result->plan, now->desk->arena, err));
    return describe(found, now, err);
}

/** The plan of least energy of those in time at s = `times`, their energies taken at s = `energies`. */
static fl_status solve(candidate *found, search *now, double times, double energies, fl_error *err) {
    fl_instance *drifted;
    fl_result result;
    *found = (candidate){.status = FL_RESULT_UNKNOWN};
    if (!(time_left(now) > 0)) {
        now->out->stop = FL_STOP_TIME;
        return FL_OK;
    }
    fl_settings settings = settings_now(now);
    FL_TRY(drift(&drifted, now, times, energies, err));
    fl_status status = fl_run(&result, drifted, now->query->method, &settings, now->desk->scratch,
                              now->desk->interrupt, err);
    now->out->solves++;
    if (status == FL_OK) status = keep(found, now, &result, err);
    fl_instance_free(drifted);
    return status;
}

/* Spans */

/** Whether two plans cost the same all over a range. */
static bool same(const line *one, const line *other, double from, double to) {
    double room = FL_TOLERANCE_EQUAL;
    return fabs(at(one, from) - at(other, from)) <= room * at(one, from) &&
           fabs(at(one, to) - at(other, to)) <= room * at(one, to);
}

/** Say that `best` is the best plan from where the spans so far end up to `to`. */
static fl_status add_span(search *now, double to, const candidate *best, fl_error *err) {
    span *last = now->n_spans > 0 ? &now->spans[now->n_spans - 1] : NULL;
    double from = last != NULL ? last->to : now->first;
    if (to <= from && now->first < now->last) return FL_OK;
    bool plans = last != NULL && last->best.plan.n_apps > 0 && best->plan.n_apps > 0;
    if (plans && last->best.served == best->served && same(&last->first, &best->value, last->from, to)) {
        last->to = to;
        last->best = *best; /* in time for longer, so all along */
        return FL_OK;
    }
    if (now->n_spans == now->room) {
        int room = now->room > 0 ? 2 * now->room : 16;
        span *spans = FL_NEW(now->desk->arena, room, span);
        if (spans == NULL) return fl_arena_error(now->desk->arena, err);
        if (now->n_spans > 0) memcpy(spans, now->spans, (size_t)now->n_spans * sizeof *spans);
        now->spans = spans;
        now->room = room;
    }
    now->spans[now->n_spans++] = (span){from, to, *best, best->value};
    return FL_OK;
}

/* The least energy */

/** How far a plan stays the best: from s = `from`, where it is, up to `*far` at most, where it is still in
 *  time. Among the plans in time at the start of a range the least energy is concave in s, so a plan that is
 *  the best at both ends is the best all over it. What beats it at the far end takes over where the two cross
 *  if it is in time there; if not, the range is proven in two parts, up to where that plan drops out and from
 *  there on.
 *  @param far   in and out: up to here it is proven
 *  @param next  who takes over at `far`; no plan: the plan at hand goes on, or drops out */
static fl_status follow(double *far, candidate *next, search *now, const candidate *best, double from,
                        fl_error *err) {
    double end = *far, resume = end;
    *next = (candidate){.status = FL_RESULT_OPTIMAL};
    while (best->value.slope > 0 && from < *far) {
        candidate rival;
        FL_TRY(solve(&rival, now, from, end, err));
        if (rival.status == FL_RESULT_UNKNOWN) {
            *far = from;
            *next = rival;
            return FL_OK;
        }
        bool cheaper = rival.status == FL_RESULT_OPTIMAL &&
                       at(&rival.value, end) < at(&best->value, end) * (1 - FL_TOLERANCE_EQUAL);
        if (!cheaper) {
            from = end < *far ? fmin(fmax(resume, end), *far) : *far;
            end = resume = *far;
            continue;
        }
        double cross = crossing(&best->value, &rival.value, from, end);
        bool in_time = rival.until >= cross || cross <= from;
        end = in_time ? cross : fmax(rival.until, from);
        resume = rival.beyond;
        if (!in_time) continue;
        *far = end;
        *next = rival;
    }
    return FL_OK;
}

/** From the fast end on: follow the best plan, then whoever takes over or is the best once it is late. */
static fl_status find_cheapest(search *now, fl_error *err) {
    candidate best, next;
    double s = now->first;
    FL_TRY(solve(&best, now, s, s, err));
    while (best.status == FL_RESULT_OPTIMAL) {
        double far = fmin(fmax(best.until, s), now->last);
        FL_TRY(follow(&far, &next, now, &best, s, err));
        FL_TRY(add_span(now, far, &best, err));
        if (next.status == FL_RESULT_OPTIMAL && far >= now->last) return FL_OK;
        bool crossed = next.plan.n_apps > 0 || next.status != FL_RESULT_OPTIMAL;
        s = crossed ? far : fmax(best.beyond, far * (1 + FL_TOLERANCE_SEARCH));
        if (!crossed && s >= now->last) return add_span(now, now->last, &best, err);
        if (!crossed) FL_TRY(solve(&next, now, s, s, err));
        best = next;
    }
    return add_span(now, now->last, &best, err);
}

/* The least latency */

/** A plan that is the fastest at `s`, in order of s. */
typedef struct vertex {
    double s;
    candidate best;
    struct vertex *next;
} vertex;

static fl_status find_path(candidate *found, search *now, double s, fl_error *err) {
    fl_instance *drifted;
    fl_extreme fastest;
    *found = (candidate){.status = FL_RESULT_INFEASIBLE};
    FL_TRY(drift(&drifted, now, s, s, err));
    fl_arena_reset(now->desk->scratch);
    fl_status status =
        fl_extreme_find(&fastest, drifted, FL_EXTREME_FASTEST, now->desk->scratch, now->desk->interrupt, err);
    fl_instance_free(drifted);
    now->out->solves++;
    if (status != FL_OK) return status;
    if (fastest.stop != FL_STOP_DONE) {
        now->out->stop = fastest.stop;
        found->status = FL_RESULT_UNKNOWN;
        return FL_OK;
    }
    if (fastest.plan.n_apps == 0) return FL_OK;
    found->status = FL_RESULT_OPTIMAL;
    FL_TRY(fl_plan_copy(&found->plan, now->instance, &fastest.plan, now->desk->arena, err));
    return describe(found, now, err);
}

static fl_status add_vertex(vertex **out, search *now, double s, vertex *next, fl_error *err) {
    *out = FL_NEW(now->desk->arena, 1, vertex);
    if (*out == NULL) return fl_arena_error(now->desk->arena, err);
    **out = (vertex){.s = s, .next = next};
    return find_path(&(*out)->best, now, s, err);
}

/** Whether a line is as low as another at s, but for rounding. */
static bool as_low(const line *one, const line *other, double s) {
    return at(one, s) <= at(other, s) * (1 + FL_TOLERANCE_SEARCH);
}

/** One step on the envelope between a vertex and its next: drop one of them that the other makes needless, or
 *  find a plan below where they cross, or nothing is below there: the span ends, and the vertex moves on. */
static fl_status step(vertex **here, search *now, fl_error *err) {
    vertex *one = *here, *two = one->next, *below;
    if (as_low(&one->best.value, &two->best.value, two->s)) {
        one->next = two->next;
        return FL_OK;
    }
    if (as_low(&two->best.value, &one->best.value, one->s)) {
        one->best = two->best;
        one->next = two->next;
        return FL_OK;
    }
    double cross = crossing(&one->best.value, &two->best.value, one->s, two->s);
    FL_TRY(add_vertex(&below, now, cross, two, err));
    if (now->out->stop != FL_STOP_DONE) {
        below->next = NULL;
        *here = below; /* what comes from the span's beginning on stays open */
        return FL_OK;
    }
    if (as_low(&one->best.value, &below->best.value, cross)) {
        *here = two;
        return add_span(now, cross, &one->best, err);
    }
    one->next = below;
    return FL_OK;
}

static fl_status find_fastest(search *now, fl_error *err) {
    vertex *last, *here;
    FL_TRY(add_vertex(&last, now, now->last, NULL, err));
    FL_TRY(add_vertex(&here, now, now->first, last, err));
    if (now->out->stop != FL_STOP_DONE) here->best = (candidate){.status = FL_RESULT_UNKNOWN};
    if (here->best.status != FL_RESULT_OPTIMAL) here->next = NULL; /* no path, at any speed */
    while (here->next != NULL) FL_TRY(step(&here, now, err));
    return add_span(now, now->last, &here->best, err);
}

/* The whole */

static fl_status judge(fl_verdict *out, search *now, const fl_plan *plan, double factor, fl_error *err) {
    fl_instance *drifted;
    FL_TRY(drift(&drifted, now, 1 / factor, 1 / factor, err));
    fl_arena_reset(now->desk->scratch);
    fl_status status = fl_evaluate_plan(out, NULL, drifted, plan, now->desk->scratch, err);
    fl_instance_free(drifted);
    return status;
}

/** The spans as pieces: in factors, the other way round, and judged. */
static fl_status hand_out(search *now, fl_error *err) {
    fl_breakpoints *out = now->out;
    out->pieces = FL_ZERO(now->desk->arena, now->n_spans, fl_piece);
    if (out->pieces == NULL) return fl_arena_error(now->desk->arena, err);
    double low = now->variation->low;
    for (int i = now->n_spans - 1; i >= 0; i--) {
        const span *of = &now->spans[i];
        fl_piece *piece = &out->pieces[out->n_pieces++];
        *piece = (fl_piece){.low = low, .status = of->best.status, .plan = of->best.plan};
        piece->high = low = i > 0 ? 1 / of->from : now->variation->high;
        if (piece->plan.n_apps == 0) continue;
        FL_TRY(judge(&piece->at_low, now, &piece->plan, piece->low, err));
        FL_TRY(judge(&piece->at_high, now, &piece->plan, piece->high, err));
    }
    out->seconds = fl_clock() - now->began;
    return FL_OK;
}

static fl_status start(search *now, fl_error *err) {
    const fl_system *system = &now->instance->system;
    const fl_variation *variation = now->variation;
    if (!(variation->low > 0 && variation->low <= variation->high && isfinite(variation->high))) {
        return fl_error_set(err, FL_EINVAL, "factor", "must be a range above 0, not from %.17g to %.17g",
                            variation->low, variation->high);
    }
    now->first = 1 / variation->high;
    now->last = 1 / variation->low;
    now->nodes = FL_NEW(now->desk->arena, system->n_nodes, double);
    now->powers = FL_NEW(now->desk->arena, system->n_nodes, double);
    now->links = FL_NEW(now->desk->arena, system->n_links + system->n_tier_links, double);
    return now->desk->arena->failed ? fl_arena_error(now->desk->arena, err) : FL_OK;
}

fl_status fl_breakpoints_energy(fl_breakpoints *out, const fl_instance *instance,
                                const fl_variation *variation, const fl_breakpoints_query *query,
                                const fl_desk *desk, fl_error *err) {
    *out = (fl_breakpoints){.method = query->method, .stop = FL_STOP_DONE};
    search now = {.instance = instance,
                  .variation = variation,
                  .query = query,
                  .out = out,
                  .desk = desk,
                  .began = fl_clock()};
    FL_TRY(start(&now, err));
    FL_TRY(find_cheapest(&now, err));
    return hand_out(&now, err);
}

fl_status fl_breakpoints_latency(fl_breakpoints *out, const fl_instance *instance,
                                 const fl_variation *variation, const fl_desk *desk, fl_error *err) {
    *out = (fl_breakpoints){.stop = FL_STOP_DONE};
    unsigned known = FL_FEATURE_SLICES | FL_FEATURE_CHOICES | FL_FEATURE_RUNS;
    if (instance->n_apps > 1 || (instance->features & ~known) != 0) {
        return fl_error_set(err, FL_EUNSUPPORTED, NULL,
                            "the fastest plan is looked for with one application, without shared limits and "
                            "deviations only");
    }
    search now = {
        .instance = instance, .variation = variation, .out = out, .desk = desk, .began = fl_clock()};
    FL_TRY(start(&now, err));
    FL_TRY(find_fastest(&now, err));
    return hand_out(&now, err);
}

/* Writing */

static void add_number(fl_value *to, const char *key, double number, fl_arena *arena) {
    fl_value_add(arena, to, key, fl_value_number(arena, number));
}

static fl_value *write_piece(const fl_piece *piece, const fl_instance *instance, double unit,
                             fl_arena *arena) {
    fl_value *to = fl_value_object(arena);
    add_number(to, "low", piece->low * unit, arena);
    add_number(to, "high", piece->high * unit, arena);
    fl_value_add(arena, to, "status", fl_value_string(arena, fl_result_status_name(piece->status)));
    if (piece->plan.n_apps == 0) return to;
    add_number(to, "energy", piece->at_low.energy, arena);
    add_number(to, "energy_high", piece->at_high.energy, arena);
    add_number(to, "latency", piece->at_low.latency, arena);
    add_number(to, "latency_high", piece->at_high.latency, arena);
    add_number(to, "accuracy", piece->at_low.accuracy, arena);
    fl_value_add(arena, to, "plan", fl_plan_write(&piece->plan, instance, arena));
    return to;
}

fl_value *fl_breakpoints_write(const fl_breakpoints *breakpoints, const fl_instance *instance, double unit,
                               fl_arena *arena) {
    fl_value *to = fl_value_object(arena);
    fl_value_add(arena, to, "complete", fl_value_bool(arena, breakpoints->stop == FL_STOP_DONE));
    fl_value_add(arena, to, "stop", fl_value_string(arena, fl_stop_name(breakpoints->stop)));
    const char *method = breakpoints->method != NULL ? breakpoints->method->name : "shortest path";
    fl_value_add(arena, to, "method", fl_value_string(arena, method));
    add_number(to, "solves", breakpoints->solves, arena);
    add_number(to, "seconds", breakpoints->seconds, arena);
    fl_value *pieces = fl_value_add(arena, to, "pieces", fl_value_array(arena));
    for (int i = 0; i < breakpoints->n_pieces; i++) {
        fl_value_add(arena, pieces, NULL, write_piece(&breakpoints->pieces[i], instance, unit, arena));
    }
    return arena->failed ? NULL : to;
}
