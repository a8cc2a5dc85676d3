/* SPDX-License-Identifier: GPL-3.0-or-later */
/** An instance: the system, the applications that share it, and what is asked of them. All quantities are SI
 *  (operations, bits, seconds, watts, joules); accuracies and shares are in [0, 1].
 *
 *  Invariant: an fl_instance has been checked completely, so solvers read its fields freely and assert
 * instead of testing. It is immutable; threads may share it. Indices count from 0. */
#ifndef FINLAB_CORE_INSTANCE_H
#define FINLAB_CORE_INSTANCE_H

#include "core/arena.h"
#include "core/value.h"
#include <math.h>
#include <stddef.h>

typedef struct fl_node {
    const char *name;
    int tier;         /* 0 mobile, 1 edge, 2 cloud, ... */
    double speed;     /* op/s, > 0 */
    double power;     /* W while computing */
    double tx_energy; /* J/bit sent */
    double rx_energy; /* J/bit received */
    double capacity;  /* op/s for all applications together; INFINITY: unlimited */
    double memory;    /* bytes; INFINITY: unlimited */
    double deviation; /* standard deviation of each time spent there, relative to it */
} fl_node;

/** What a link is like, whoever it joins. */
typedef struct fl_link {
    double rate;      /* bit/s, > 0 */
    double delay;     /* s per transfer */
    double energy;    /* J/bit, beside the sender's and the receiver's */
    double capacity;  /* bit/s for all applications together; INFINITY: unlimited */
    double deviation; /* standard deviation of each time of sending, its delay not counted, relative to it */
} fl_link;

/** A directed link between two nodes. */
typedef struct fl_node_link {
    int from, to;
    fl_link link;
    int index; /* its position among all links as written: for error places and for writing */
} fl_node_link;

/** One link for every ordered pair of distinct nodes in these tiers that has no fl_node_link; its capacity
 *  is per pair. */
typedef struct fl_tier_link {
    int from_tier, to_tier;
    fl_link link;
    int index; /* as fl_node_link's */
} fl_tier_link;

/** What a block was measured to take on one node; a negative number was not measured. */
typedef struct fl_measured {
    int node;
    double time;   /* s */
    double energy; /* J */
} fl_measured;

/** Another way to send the same data: in fewer bits, at a loss of accuracy. */
typedef struct fl_coding {
    const char *name;
    double bits;
    double loss; /* of the accuracy of the samples sent so, absolute */
} fl_coding;

/** What it takes, on one node, to make data ready to be sent and to take in what was received. */
typedef struct fl_serial {
    int node;
    double pack;   /* s, when it is sent from here */
    double unpack; /* s, when it is received here */
} fl_serial;

typedef struct fl_block {
    const char *name;
    double ops;      /* operations */
    double out_bits; /* sent to the next block when it runs elsewhere */
    double memory;   /* bytes */
    int n_measured;
    const fl_measured *measured; /* [n_measured], by ascending node */
    int n_allowed;               /* -1: the block may run on every node */
    const int *allowed;          /* [n_allowed] */
    int n_codings;
    const fl_coding *codings; /* [n_codings] of its output, beside out_bits */
    int n_serial;
    const fl_serial *serial; /* [n_serial] of its output, by ascending node; other nodes take no time */
} fl_block;

typedef struct fl_exit {
    int after;       /* how many blocks have run, 1..n_blocks; strictly increasing over the exits */
    double accuracy; /* of the samples that leave here */
    double share;    /* of all samples, confident enough to leave here while a later exit is final */
    double ops;      /* of the exit head */
    bool optional;   /* a plan with a later final exit may switch this one off */
} fl_exit;

/** Another operating point of all exits: how many samples leave at each, and how well they are told. */
typedef struct fl_threshold {
    const char *name;
    const double *shares;     /* [n_exits], as fl_exit's */
    const double *accuracies; /* [n_exits] */
} fl_threshold;

/** What blocks `first` to `last`, counted from 1, take when they run in one go. */
typedef struct fl_segment {
    int first, last;
    double time; /* s */
    int index;   /* its position as written, for error places; set by fl_instance_create() */
} fl_segment;

/** The segments that were measured on one node. */
typedef struct fl_segments {
    int node;
    int n_list;
    const fl_segment *list; /* [n_list], in an instance by ascending first, then last */
} fl_segments;

/** The levels of one node's speed that an application may reserve. */
typedef struct fl_slices {
    int node;
    int n_levels;
    const double *levels; /* [n_levels], each in (0, 1] */
} fl_slices;

/** Which latency must meet the deadline: that of a sample that goes all the way, the mean over samples, or
 * the least time within which at least the share `quantile` of the samples has left. */
typedef enum fl_latency { FL_LATENCY_WORST, FL_LATENCY_MEAN, FL_LATENCY_QUANTILE } fl_latency;

typedef struct fl_app {
    const char *name;
    int source; /* the node where the input arises */
    double input_bits;
    double rate;     /* inferences/s, > 0 */
    double deadline; /* s, > 0 */
    double accuracy; /* least accuracy wanted */
    fl_latency latency;
    double quantile;   /* of the samples, in (0, 1]; 0 under another latency rule */
    double deviations; /* how many standard deviations the latency stays above its mean */
    int count;         /* identical, independent users, >= 1 */
    int n_blocks;
    const fl_block *blocks; /* [n_blocks], >= 1 */
    int n_exits;
    const fl_exit *exits; /* [n_exits], >= 1 */
    int n_slices;
    const fl_slices *slices;
    int n_input_codings;
    const fl_coding *input_codings; /* [n_input_codings] of the input, beside input_bits */
    int n_input_serial;
    const fl_serial *input_serial; /* [n_input_serial] of the input, by ascending node */
    int n_thresholds;
    const fl_threshold *thresholds; /* [n_thresholds] beside the exits' own shares and accuracies */
    int n_segments;
    const fl_segments *segments; /* [n_segments], by ascending node */
} fl_app;

typedef struct fl_system {
    int n_nodes;
    const fl_node *nodes; /* [n_nodes], >= 1 */
    int n_links;
    const fl_node_link *links; /* [n_links], as written */
    int n_tier_links;
    const fl_tier_link *tier_links; /* [n_tier_links], as written */
} fl_system;

/** What an instance asks for beyond one application's deadline and accuracy; a bit set. */
typedef enum fl_feature {
    FL_FEATURE_SEVERAL = 1,     /* more than one application, or more than one user and a feature that lets
                                   them be treated apart */
    FL_FEATURE_CAPACITY = 2,    /* a node or link capacity that could be exceeded */
    FL_FEATURE_MEMORY = 4,      /* a node memory that could be exceeded */
    FL_FEATURE_ADMISSION = 8,   /* applications may be refused */
    FL_FEATURE_SLICES = 16,     /* shares of a node's speed */
    FL_FEATURE_CHOICES = 32,    /* codings, exits that may be off, thresholds */
    FL_FEATURE_RUNS = 64,       /* costs of runs: segments, packing and unpacking */
    FL_FEATURE_DEVIATIONS = 128 /* latencies with deviations of times, which do not add up */
} fl_feature;

/** Those that change what a plan of one application is and costs; the others are about what is shared. */
#define FL_FEATURES_OWN ((unsigned)(FL_FEATURE_CHOICES | FL_FEATURE_RUNS | FL_FEATURE_DEVIATIONS))

/** Nodes that the links cannot tell apart: every link between two groups (or within one) is the same for all
 *  their pairs of distinct nodes. A node with links of its own is a group by itself, the others of a tier are
 *  one group; so systems whose links depend on tiers only have as many groups as tiers. */
typedef struct fl_groups {
    int n_groups;
    bool uniform;           /* no link has a delay or an energy of its own */
    const int *group;       /* [n_nodes] */
    const double *slowness; /* [n_groups * n_groups], row = sender, s/bit; INFINITY: no link. NULL when
                               there are more than FL_GROUPS_MOST groups, as for the next two */
    const double *delay;    /* same shape, s */
    const double *energy;   /* same shape, J/bit, of the link alone */
} fl_groups;

/** More nodes with links of their own than this have no matrices, and no solver. */
enum { FL_GROUPS_MOST = 4096 };

typedef struct fl_instance {
    const char *name;
    bool admission;
    fl_system system;
    int n_apps;
    const fl_app *apps; /* [n_apps], >= 1 */
    unsigned features;  /* fl_feature bits */
    fl_groups groups;
    bool variant;                      /* made by fl_instance_with() */
    struct fl_instance_shared *shared; /* what variants have in common; private */
} fl_instance;

/** Check and copy an instance.
 *  @param out    owned by the caller, fl_instance_free()
 *  @param parts  name, admission, system, n_apps and apps are read, deep copied and not kept; the rest is
 *                ignored. An application or block without a name (NULL or "") gets "app1", "b1" and so on.
 *  @param style  how err->where names places
 *  @return FL_EINVAL with the place of the first field that is out of range, a duplicate or unknown name or
 *          link, exits out of order, shares over 1, or numbers so extreme that costs overflow; FL_ENOMEM.
 *  O(nodes + links + blocks * nodes + groups^2) */
fl_status fl_instance_create(fl_instance **out, const fl_instance *parts, fl_place_style style,
                             fl_error *err);

/** What a variant changes; start from FL_CHANGE_NONE. */
typedef struct fl_change {
    int app;         /* which application; -1: all */
    double deadline; /* s; NAN: as it was, as for the others */
    double accuracy;
    double rate;       /* inferences/s */
    int latency;       /* fl_latency; -1: as it was */
    double quantile;   /* 0: as it was under that rule, none under another */
    double deviations; /* NAN: as it was */
    int count;         /* 0: as it was */
} fl_change;
#define FL_CHANGE_NONE                                                                                       \
    (fl_change) {                                                                                            \
        .app = -1, .deadline = NAN, .accuracy = NAN, .rate = NAN, .latency = -1, .deviations = NAN           \
    }

/** A variant that shares everything but the changed numbers with `base`, which may be freed before it.
 *  @param out      owned by the caller, fl_instance_free()
 *  @param changes  [n_changes], applied in order
 *  @return FL_EINVAL with the field's name for a number out of range; FL_ENOMEM. O(applications) */
fl_status fl_instance_with(fl_instance **out, const fl_instance *base, const fl_change *changes,
                           int n_changes, fl_place_style style, fl_error *err);

/** Release an instance; NULL is fine. */
void fl_instance_free(fl_instance *instance);

/** An instance with the system of `base` and one application: what one user faces who is alone on it. For
 *  methods that place one user after another.
 *  @param app     copied; what it points to is neither copied nor checked and must outlive the instance
 *  @param groups  as app; NULL: those of `base`
 *  @param features  which limits of the system are to be kept: FL_FEATURE_CAPACITY, FL_FEATURE_MEMORY; those
 *                   of FL_FEATURES_OWN always are
 *  O(1) */
fl_status fl_instance_alone(fl_instance **out, const fl_instance *base, const fl_app *app,
                            const fl_groups *groups, unsigned features, fl_error *err);

/** The link from node `from` to node `to`, or NULL when there is none (a == b included). O(log links) */
const fl_link *fl_instance_link(const fl_instance *instance, int from, int to);

/** Its place among all links as written, or -1. O(log links) */
int fl_instance_link_index(const fl_instance *instance, int from, int to);

/** Index of the node (application) called `name`, or -1. O(log) and O(applications). */
int fl_instance_node(const fl_instance *instance, const char *name);
int fl_instance_app(const fl_instance *instance, const char *name);

/** Whether the block may run on `node`. O(allowed) */
bool fl_block_allows(const fl_block *block, int node);

/** Whether its plans choose more than an exit and nodes: codings, exits that are off, thresholds. O(blocks +
 *  exits) */
bool fl_app_chooses(const fl_app *app);

/** Whether the application reserves shares of `node`. O(slices) */
bool fl_app_sliced(const fl_app *app, int node);

/** Index of the largest level. O(levels) */
int fl_slices_largest(const fl_slices *slices);

/** Groups of one node each with the same links, so that single links can be changed: the matrices [n * n] are
 *  the caller's to write, in `arena`. False: no memory, as the arena remembers. O(n^2) */
typedef struct fl_split_groups {
    int *group;
    double *slowness, *delay, *energy;
} fl_split_groups;
bool fl_groups_split(fl_split_groups *out, const fl_groups *groups, int n_nodes, fl_arena *arena);

/** What was measured of the block on `node`, or NULL. O(log measured) */
const fl_measured *fl_block_measured(const fl_block *block, int node);

/** What was measured on `node` of blocks run in one go, or NULL. O(segments) */
const fl_segments *fl_app_segments(const fl_app *app, int node);

/** The time of running blocks `from` to `to` (counted from 0) in one go, s; negative: not measured. No blocks
 *  at all (to = from - 1) take 0. O(log list) */
double fl_segments_time(const fl_segments *segments, int from, int to);

/* The finlab/1 format: core/instance_read.c, core/instance_read_app.c, core/instance_write.c. */

/** Read an instance from a document, JSON file or Lua table alike.
 *  @return FL_EINVAL at the place of an unknown field, wrong type or missing field, and as
 *          fl_instance_create(); FL_ENOMEM */
fl_status fl_instance_read(fl_instance **out, const fl_value *document, fl_place_style style, fl_error *err);

/** Read a JSON file; FL_EIO when it cannot be read, else as fl_json_load() and fl_instance_read(). */
fl_status fl_instance_load(fl_instance **out, const char *path, fl_error *err);

/** The document of an instance, in `arena`: reading it gives the same instance, bit for bit. */
fl_status fl_instance_write(fl_value **out, const fl_instance *instance, fl_arena *arena, fl_error *err);

/** Write an instance as a JSON file; the old file survives a failure. */
fl_status fl_instance_save(const fl_instance *instance, const char *path, fl_error *err);

/** Read changes: {deadline, accuracy, rate, latency, quantile, deviations, count} for all applications, and
 * `apps`, an object of such changes by application name.
 *  @param out  [*n_changes] in `arena` */
fl_status fl_instance_read_changes(fl_change **out, int *n_changes, const fl_instance *base,
                                   const fl_value *document, fl_place_style style, fl_arena *arena,
                                   fl_error *err);

#endif
