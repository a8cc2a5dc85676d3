-- SPDX-License-Identifier: GPL-3.0-or-later
---@meta finlab
-- Types of the module for lua-language-server (LuaCATS annotations); holds no code. All quantities are SI.
-- What fails for another reason than a wrong argument type returns nil, message, code.
-- luacheck: ignore 212 241

---@class finlab
---@field version string
---@field import finlab.import measurements and topologies that others' programs left
---@field models finlab.models published networks, for `model` in an application
---@field systems finlab.systems published systems, for `system` in an instance
---@field stats finlab.stats statistics of arrays of numbers
---@field traces finlab.traces how a system changes, slot by slot
local finlab = {}

---@alias finlab.code "invalid"|"unsupported"|"memory"|"io"|"internal"|"interrupted"
---@alias finlab.form "table"|"json"

---@class finlab.node
---@field name string
---@field tier? integer 0 mobile (default), 1 edge, 2 cloud, ...
---@field speed number op/s
---@field power number W while computing
---@field tx_energy? number J/bit sent
---@field rx_energy? number J/bit received
---@field capacity? number op/s for all applications together; absent: unlimited
---@field memory? number bytes; absent: unlimited

---@class finlab.link
---@field from? string a node's name; with `to`
---@field to? string
---@field from_tier? integer instead of from and to: every pair of distinct nodes without a link of its own
---@field to_tier? integer
---@field rate number bit/s
---@field delay? number s per transfer
---@field energy? number J/bit, beside the sender's and the receiver's
---@field capacity? number bit/s for all applications together; absent: unlimited

---@class finlab.system
---@field nodes finlab.node[]
---@field links? finlab.link[]

---@class finlab.coding another way to send the same data
---@field name string
---@field bits number
---@field loss? number of the accuracy of what is sent so, absolute

---@class finlab.segment blocks run in one go
---@field first integer from 1
---@field last integer
---@field time number s

---@class finlab.threshold another operating point of all exits
---@field name string
---@field shares number[] one for each exit
---@field accuracies number[]

---@class finlab.block
---@field name? string
---@field ops number operations
---@field out_bits? number sent to the next block when it runs elsewhere
---@field memory? number bytes
---@field time? table<string, number> measured seconds by node name, instead of ops / speed
---@field energy? table<string, number> measured joules by node name, instead of time * power
---@field nodes? string[] the only nodes allowed
---@field codings? finlab.coding[] of its output, beside out_bits
---@field pack? table<string, number> s by node name, to make its output ready to be sent from there
---@field unpack? table<string, number> s by node name, to take its output in there

---@class finlab.exit
---@field after integer how many blocks have run
---@field accuracy number of the samples that leave here
---@field share? number of all samples, confident enough to leave here while a later exit is final
---@field ops? number of the exit head
---@field optional? boolean a plan with a later final exit may switch it off

---@class finlab.model
---@field name? string
---@field data? string the data set of the accuracies
---@field blocks finlab.block[]
---@field exits finlab.exit[]
---@field input_bits? number as the next fields the application's own, unless that says otherwise
---@field input_codings? finlab.coding[]
---@field input_pack? table<string, number>
---@field input_unpack? table<string, number>
---@field thresholds? finlab.threshold[]
---@field segments? table<string, finlab.segment[]>
---@field at_source? integer how many of the first blocks may only run on the application's source

---@class finlab.app
---@field name? string
---@field source string the node where the input arises
---@field input_bits? number
---@field deadline number s
---@field accuracy? number least accuracy wanted
---@field rate? number inferences/s
---@field latency? "worst"|"mean"|"quantile" which latency must meet the deadline
---@field quantile? number the share of the samples that must be in time, with latency = "quantile"
---@field deviations? number how many standard deviations the latency stays above its mean
---@field count? integer identical, independent users
---@field model? finlab.model instead of blocks and exits
---@field blocks? finlab.block[]
---@field exits? finlab.exit[]
---@field slices? table<string, number[]> levels of a node's speed that may be reserved
---@field input_codings? finlab.coding[] of the input, beside input_bits
---@field input_pack? table<string, number> s by node name, as a block's `pack`
---@field input_unpack? table<string, number>
---@field thresholds? finlab.threshold[] beside the exits' own shares and accuracies
---@field segments? table<string, finlab.segment[]> by node name: times of runs, which need not add up

---@class finlab.description
---@field schema? "finlab/1"
---@field name? string
---@field admission? boolean whether applications may be refused
---@field system finlab.system
---@field apps finlab.app[]

---@class finlab.placement
---@field app? string may be left out when there is one application
---@field exit integer the final exit, from 1
---@field nodes string[] the node of every block up to it
---@field count? integer users placed so; all of the application's when left out
---@field shares? table<string, number> level reserved by node, the largest when left out
---@field codings? string[] of the move into each block, "" for plain; all plain when left out
---@field off? integer[] exits before the final one that are off
---@field threshold? string the exits' own numbers when left out
---@field energy? number J per inference, in results for several users
---@field latency? number s, likewise
---@field accuracy? number likewise

---@class finlab.candidate a plan that the judge refused
---@field energy? number
---@field power? number
---@field latency? number
---@field accuracy? number
---@field reason string
---@field plan finlab.placement[]

---@class finlab.alternative one of the k best plans
---@field energy number
---@field power number
---@field latency? number
---@field accuracy? number
---@field plan finlab.placement[]

---@class finlab.result what a method answers; fields that do not apply are absent
---@field status "optimal"|"feasible"|"infeasible"|"unknown"
---@field stop "done"|"gap"|"time"|"nodes"|"memory"|"interrupted"
---@field method string
---@field energy? number J per inference; the rate-weighted mean for several applications
---@field power? number W
---@field latency? number s; inside the plan for several users, as the next
---@field accuracy? number
---@field bound? number J, a proven lower bound on the energy
---@field gap? number (energy - bound) / energy
---@field seconds number wall clock
---@field plan? finlab.placement[]
---@field served? integer with admission: users served
---@field refused? { app: string, count: integer }[] with admission: who is not served
---@field most_served? integer with admission: no plan serves more users, proven
---@field alternatives? finlab.alternative[] the k best plans
---@field candidate? finlab.candidate
---@field claimed? number J, an energy that came without a plan

---@class finlab.point
---@field energy number J per inference
---@field latency number s
---@field accuracy number
---@field plan finlab.placement[]

---@class finlab.frontier: finlab.point[] by rising latency
---@field complete boolean false: a limit struck; the points are plans, but others are missing
---@field stop "done"|"time"|"memory"|"interrupted"
---@field seconds number
---@field bound? number J, no plan costs less; nil: there is no plan

---@class finlab.breakpoints_options what varies, over which range
---@field link? string[] {from, to}
---@field rate? number[] {low, high} of that link, bit/s
---@field node? string
---@field speed? number[] {low, high} of that node, op/s
---@field links? "all"|string[][] pairs {from, to}
---@field nodes? "all"|string[]
---@field factor? number[] {low, high} of all rates and speeds that vary
---@field objective? "energy"|"latency" least energy in time (default), or least latency whatever the deadline
---@field method? string who proves the energies; default: one that honours what the instance has
---@field time_limit? number s, of all solves together

---@class finlab.piece from `low` on, up to but without `high`
---@field low number rate, speed or factor, as the range was given
---@field high number
---@field status "optimal"|"infeasible"|"unknown"
---@field energy? number J per inference at `low`, as the next
---@field latency? number s
---@field energy_high? number J per inference at `high`, as the next
---@field latency_high? number s
---@field accuracy? number
---@field plan? finlab.placement[]

---@class finlab.breakpoints: finlab.piece[] by rising rate, from end to end of the range
---@field complete boolean false: a limit struck; the pieces at the low end are unknown
---@field stop "done"|"time"|"nodes"|"memory"|"interrupted"
---@field method string
---@field solves integer
---@field seconds number

---@class finlab.slowdown how slow nodes and links may be
---@field nodes? number|table<string, number> least factors of the speeds, above 0 and up to 1
---@field links? number|number[] of the rates, for each link as written
---@field budget? integer how many may be slow at once; default: all

---@class finlab.robust_options: finlab.slowdown
---@field time_limit? number s
---@field memory? number bytes of labels

---@class finlab.slow a node, a link between nodes, or one between tiers
---@field node? string
---@field from? string
---@field to? string
---@field from_tier? integer
---@field to_tier? integer

---@class finlab.robust
---@field status "optimal"|"feasible"|"infeasible"|"unknown"
---@field stop "done"|"time"|"memory"|"interrupted"
---@field bound? number J, no robust plan costs less
---@field scenarios integer that had to be looked at, at once
---@field solves integer
---@field seconds number
---@field energy? number J per inference with nothing slow, as the next
---@field latency? number s
---@field worst_latency? number s
---@field accuracy? number
---@field slow? finlab.slow[] in the worst scenario
---@field plan? finlab.placement[]

---@class finlab.slowest a plan at its worst
---@field feasible boolean
---@field energy number J per inference
---@field latency number s
---@field slow finlab.slow[]

---@class finlab.remedy what relaxing one limit does, all others as they are; fields that do not apply are absent
---@field limit "deadline"|"accuracy"|"capacity"|"memory"|"link capacity"
---@field app? string whose limit it is, as the next five
---@field node? string
---@field from? string of a link between nodes, as the next
---@field to? string
---@field from_tier? integer of a link between tiers, as the next
---@field to_tier? integer
---@field all? boolean all limits of this kind times one factor
---@field now number as it is, in SI units; 1 for a factor
---@field verdict "least"|"enough"|"no help"|"unknown"|"kept"
---@field enough? number with this there is a plan
---@field not_enough? number proven: with this there is none
---@field needed? number of a feasible instance: what its plan needs
---@field plan? finlab.placement[] the plan that proves it

---@class finlab.reach one user of an application alone on the system, without capacities and memories
---@field app string
---@field deadline number s
---@field least_deadline? number s, the least latency at the accuracy wanted; absent: it is out of reach
---@field accuracy number the target
---@field best_accuracy? number within the deadline
---@field best_accuracy_ever? number whatever the deadline
---@field blocks integer
---@field blocks_reached integer how many can be run one after another where links and `nodes` allow it
---@field out_of_reach? string the first block that cannot

---@class finlab.explanation
---@field status "feasible"|"infeasible"|"unknown" whether all users can be served
---@field method string
---@field interrupted boolean
---@field solves integer
---@field seconds number
---@field plan? finlab.placement[] when there is one
---@field apps finlab.reach[]
---@field limits finlab.remedy[]

---@class finlab.app_cost
---@field app string
---@field energy? number J per inference
---@field latency? number s
---@field accuracy number

---@class finlab.verdict
---@field feasible boolean
---@field energy? number absent when a link is missing
---@field power? number
---@field latency? number
---@field accuracy? number
---@field reason? string which rule is broken
---@field apps? finlab.app_cost[] for several applications

---@class finlab.change
---@field deadline? number
---@field accuracy? number
---@field rate? number
---@field latency? "worst"|"mean"|"quantile"
---@field quantile? number with latency "quantile", share of the samples that must be in time
---@field deviations? number
---@field count? integer

---@class finlab.changes: finlab.change for all applications
---@field apps? table<string, finlab.change> for single applications, by name

---@class finlab.drift factors, greater than 0; one for all or one each
---@field nodes? number|table<string, number> of speeds, by node
---@field links? number|number[] of rates, for each link as written
---@field rate? number of the applications' rates
---@field powers? number|table<string, number> of powers, by node; speed and power alike: times change, energies do not

---@class finlab.option
---@field name string
---@field type "bool"|"int"|"number"|"choice"|"node"
---@field default? boolean|number|string absent for a node: the source of the first application
---@field least? number
---@field most? number
---@field choices? string[]
---@field word? string what stands for 0, e.g. "auto"
---@field doc string

---@class finlab.method
---@field name string
---@field summary string
---@field claims "optimal"|"bound"|"nothing" the most it may say about its answer
---@field honours string[] what it takes into account itself beyond one application without limits; where there is more, it is run for one user after another
---@field options finlab.option[]
---@field sequential? finlab.option[] of running it so

---@class finlab.lua_option an option of a method written in Lua
---@field name string
---@field type "bool"|"int"|"number"|"choice"|"node"
---@field default? boolean|number|string needed for numbers; of a choice the first; of a node the source
---@field least? number
---@field most? number
---@field choices? string[] of a choice
---@field doc? string one line, units included

---@class finlab.lua_answer what a method written in Lua may answer instead of a plan
---@field plan? finlab.placement[]
---@field stop? "done"|"gap"|"time"|"nodes"|"memory"|"interrupted" default "done"
---@field bound? number J, a proven lower bound on the energy, with claims = "bound" as the next two
---@field status? "infeasible" proven: no plan is feasible
---@field most_served? integer with admission: no plan serves more users, proven

---@class finlab.lua_method
---@field name string letters, digits, _ and -
---@field summary? string one line
---@field claims? "bound" it may prove bounds and infeasibility; else nothing
---@field honours? ("several"|"capacity"|"memory"|"admission"|"slices"|"choices"|"runs"|"deviations")[] what it looks at itself
---@field options? finlab.lua_option[] at most 12
---@field solve fun(inst: finlab.instance, options: table): (finlab.placement[]|finlab.lua_answer)?

---@class finlab.recipe what is absent is drawn too
---@field seed integer from 0
---@field blocks? integer per application
---@field nodes? integer
---@field exits? integer per application
---@field apps? integer default 1
---@field tiers? integer nodes joined by links between that many tiers only
---@field tight? "any"|"loose"|"medium"|"tight" how hard the deadlines are
---@field plain? boolean chain and exits only
---@field limits? boolean capacities and memories that can bind
---@field binding? boolean limits around what the applications' own cheapest plans take together
---@field users? integer up to so many users per application
---@field admission? boolean users may be refused
---@field slices? boolean some applications reserve shares of some nodes' speed
---@field quantile? boolean the deadline of some applications is for a share of their samples
---@field deviations? boolean times deviate, and some deadlines are for more than the mean latency
---@field codings? boolean what is sent has codings
---@field optional? boolean some exits may be switched off
---@field thresholds? boolean exits have several operating points
---@field segments? boolean on some nodes, times of runs of blocks
---@field serial? boolean times of packing and unpacking what is sent
---@field energy_scale? number all energies times this
---@field time_scale? number all times times this

---@class finlab.instance an immutable, checked instance; closed by close(), by `<close>` or by the collector
local instance = {}

---A variant with other numbers, which shares the rest.
---@param changes finlab.changes
---@return finlab.instance? variant
---@return string? message
---@return finlab.code? code
function instance:with(changes) end

---A variant with factors on the nodes' speeds and the links' rates; see ONLINE.md.
---@param factors finlab.drift
---@return finlab.instance? variant
---@return string? message
---@return finlab.code? code
function instance:drift(factors) end

---Run a method. Ctrl-C ends it: it answers with what it has, and `stop` is "interrupted".
---@param method string a name, or one with options: "fin:gamma=30,engine=igraph"
---@param options? table<string, boolean|number|string>
---@param form? finlab.form "json": the record as one line of text, and its status
---@return finlab.result|string? result
---@return string? message_or_status
---@return finlab.code? code
function instance:solve(method, options, form) end

---Say why there is no plan for all users and the smallest relaxation of each limit alone that would change
---it; of a feasible instance what a plan needs of each limit.
---@param method? string as for solve; default: one that can prove and honours what the instance has
---@param options? table<string, boolean|number|string> of the method, for each solve
---@param form? finlab.form "json": one line of text, and the status
---@return finlab.explanation|string? explanation
---@return string? message_or_status
---@return finlab.code? code
function instance:explain(method, options, form) end

---Every Pareto-optimal plan in energy, latency and accuracy within deadline and target, one per point.
---@param options? { curve: boolean?, time_limit: number?, memory: number? } curve: energy and latency only
---@param form? finlab.form "json": one line of text, the number of points and whether they are all
---@return finlab.frontier|string? frontier
---@return integer|string? points_or_message
---@return boolean|finlab.code? complete_or_code
function instance:frontier(options, form) end

---Where the best plan changes while links or nodes get faster, exactly.
---@param options finlab.breakpoints_options
---@return finlab.breakpoints? pieces
---@return string? message
---@return finlab.code? code
function instance:breakpoints(options) end

---The plan of least energy that is in time although nodes and links may be slow.
---@param options finlab.robust_options
---@return finlab.robust? found
---@return string? message
---@return finlab.code? code
function instance:robust(options) end

---The worst latency of a plan, and what is slow then.
---@param plan finlab.placement[]|finlab.result|finlab.robust
---@param options finlab.slowdown
---@return finlab.slowest? worst
---@return string? message
---@return finlab.code? code
function instance:slowest(plan, options) end

---FIN's answers for every deadline that is a multiple of deadline / gamma, from one search.
---@param gamma integer 1 to 1000000
---@return { deadline: number, energy: number }[]? points by deadline, those with a plan
---@return string? message
---@return finlab.code? code
function instance:fin_curve(gamma) end

---Judge a plan.
---@param plan finlab.placement[]|finlab.result
---@return finlab.verdict? verdict
---@return string? message
---@return finlab.code? code
function instance:evaluate(plan) end

---Judge the plan in a JSON file.
---@param path string
---@param form? finlab.form
---@return finlab.verdict|string? verdict
---@return boolean|string? feasible_or_message
---@return finlab.code? code
function instance:check(path, form) end

---What it costs to move into a block from the node of the block before (the source for the first) and run it:
---nothing when that is not possible. A plan costs what its arcs add up to, the last one with `final`.
---@param block integer from 1
---@param from string
---@param to string
---@param final? boolean to stop there: nothing unless an exit that is accurate enough follows
---@param app? string default: the first application
---@return number? energy J per inference
---@return number? latency s
function instance:arc(block, from, to, final, app) end

---Read what another solver found on the programme that write() or lp() made: a solution file of glpsol (-o or -w),
---cbc or highs. The judge says what the plan costs; `method` is the solver's name, its objective is `claimed`.
---@param path string
---@param form? finlab.form
---@return finlab.result|string? result
---@return string? status_or_message
---@return finlab.code? code
function instance:decode(path, form) end

---Write the instance as .json, or as a mixed-integer programme: .lp (CPLEX LP), .mps (free MPS) or .glp (GLPK).
---@param path string
---@return true? written
---@return string? message
---@return finlab.code? code
function instance:write(path) end

---The instance as JSON.
---@return string? text
---@return string? message
---@return finlab.code? code
function instance:json() end

---The SHA-256 of the instance's JSON, by which stores know it.
---@return string? digits
---@return string? message
---@return finlab.code? code
function instance:digest() end

---The mixed-integer linear programme of the instance in CPLEX LP format.
---@return string? text
---@return string? message
---@return finlab.code? code
function instance:lp() end

---The instance as a table that finlab.instance() accepts.
---@return finlab.description? description
---@return string? message
---@return finlab.code? code
function instance:table() end

---Release the instance now; using it afterwards raises. Closing twice is fine.
function instance:close() end

---Check an instance and build it.
---@param description finlab.description
---@return finlab.instance? instance
---@return string? message the place as written, e.g. apps[1].exits[2].after, and what is wrong there
---@return finlab.code? code
function finlab.instance(description) end

---Read an instance from a JSON file.
---@param path string
---@return finlab.instance? instance
---@return string? message
---@return finlab.code? code
function finlab.load(path) end

---Draw a seeded random instance.
---@param recipe finlab.recipe
---@return finlab.instance? instance
---@return string? message
---@return finlab.code? code
function finlab.generate(recipe) end

---Describe a method written in Lua: see LAB.md. One of an earlier call with the same name is replaced.
---@param description finlab.lua_method
function finlab.method(description) end

---The descriptors of all methods.
---@return finlab.method[]
function finlab.methods() end

---By how much a's energy exceeds b's: a.energy / b.energy - 1; 0 when both are 0.
---@param a finlab.result
---@param b finlab.result
---@return number? gap
---@return string? message when one of them has no energy
---@return finlab.code? code
function finlab.gap(a, b) end

---The part of b's energy that a saves: 1 - a.energy / b.energy; 0 when both are 0.
---@param a finlab.result
---@param b finlab.result
---@return number? saving
---@return string? message when one of them has no energy
---@return finlab.code? code
function finlab.saving(a, b) end

---The numbers from, from + step, ..., to; the end is included when a step lands on it.
---@param from number
---@param to number
---@param step? number default 1
---@return number[]
function finlab.range(from, to, step) end

---@class finlab.worst_options
---@field method string whose gap is to be large, with options as in instance:solve()
---@field against? string what it is compared with; default "exact"
---@field ranges? table<string, number|number[]> a number, or {least, most}, by quantity; LAB.md lists them
---@field seed? integer default 1
---@field evaluations? integer instances to solve; default 1000
---@field seconds? number stop then; the answer is no longer the same for the same seed
---@field patience? integer evaluations without a larger gap before a new start; default 100
---@field path? string a .json file for the worst instance, written whenever a worse one is found

---@class finlab.worst
---@field gap? number the method's energy / the reference's - 1; absent when there was nothing to compare
---@field instance? finlab.instance
---@field result? finlab.result the method's
---@field reference? finlab.result
---@field evaluations integer
---@field starts integer
---@field no_plan integer instances on which the method found no plan and the reference did
---@field stop "evaluations"|"seconds"|"interrupted"
---@field seconds number wall clock

---Search for the instance on which a method is farthest from another one.
---@param options finlab.worst_options
---@return finlab.worst? worst
---@return string? message
---@return finlab.code? code
function finlab.worst(options) end

---Seconds on a clock that only goes forward.
---@return number
function finlab.clock() end

---@class finlab.measurement
---@field block integer its position
---@field node string
---@field seconds number
---@field joules? number

---@class finlab.layers which layers of the network as published a block is
---@field first integer from 0
---@field last integer

---@class finlab.scission_options
---@field network? string the network table's file name; default "network_stats.csv"
---@field input_bytes? number default 150000
---@field header? number bytes of each size that are not sent; default 128
---@field models? string[] default: all
---@field machines? string[] default: all
---@field nodes? table<string, table> fields of nodes, by machine
---@field class? string of the records; default "__main__.LayerBenchmark"

---@class finlab.scission_profile
---@field system finlab.system
---@field models table<string, finlab.model>
---@field segments table<string, finlab.layers[]>

---@class finlab.portend_options
---@field model string
---@field data? string its data set; default: the only one that the first machine has a table for
---@field tiers (string|table)[] machines in a row, or tables with machine, name and a node's fields
---@field links finlab.link[] rate, delay and energy between each two
---@field repeats? "max"|"min"|"mean"|"median" which time of the repeats; default "max"
---@field half? string of the samples: "validation" (default), "test"
---@field threshold? number whose numbers are the exits' own; default 0
---@field samples? integer of the counts; default: the most that leave anywhere
---@field exits? integer[] the blocks whose exits are offered; default: all
---@field frame? number bytes that a message adds; default 100
---@field serialisation? boolean false: sizes by the shapes, and no times to write and read; default true
---@field agents? boolean whether the source is a node of its own; default false
---@field result_bytes? number what a result takes back, counted as time of the exits' heads; default 0

---@class finlab.portend_change what had to be changed of what was measured
---@field node? string of a time that was raised
---@field first? integer its run of blocks
---@field last? integer
---@field after? integer of a share that was negative: the exit's block
---@field threshold? number
---@field by number s, or a share

---@class finlab.portend_profile
---@field system finlab.system
---@field model finlab.model
---@field tables table<string, number[][][]> s of all repeats, by machine, first and last block
---@field exits table<number, { leave: integer, right: integer }>[] counts by block and threshold
---@field raised finlab.portend_change[]
---@field clamped finlab.portend_change[]

---@alias finlab.rule number|string|fun(attributes: table<string, any>, from: table?, to: table?): any

---@class finlab.graphml_options
---@field tier? finlab.rule none: the node only passes on; default: the attribute "tier"
---@field name? finlab.rule default: the id
---@field nodes? table<string, finlab.rule> by field of a node
---@field tiers? table<integer, table> fields of a tier's nodes
---@field links? table<string, finlab.rule> rate, delay, energy; default: rate is the attribute "rate"
---@field by? "delay"|"hops" which path is the shortest

---@class finlab.import see IMPORT.md
local import = {}

---A copy of the model whose blocks have the times and energies measured in a CSV file, and all its rows.
---@param path string columns block, node, seconds, joules
---@param model finlab.model
---@param options? { repeats: "mean"|"median"|"min"|"max"? } what is made of several rows for one block and node
---@return finlab.model? model
---@return finlab.measurement[]|string? rows_or_message
---@return finlab.code? code
function import.csv(path, model, options) end

---A network topology from GraphML: nodes with a tier, and links for the shortest paths between them.
---@param path string
---@param options? finlab.graphml_options
---@return finlab.system? system
---@return string[][]|string? routes_or_message the ids along each link's path
---@return finlab.code? code
function import.graphml(path, options) end

---The plain data in a Python pickle; nothing in it is run.
---@param path string
---@param options? { classes: string[]? } classes of objects that become tables; "numpy", "torch.Size"
---@return any value
---@return string? message
---@return finlab.code? code
function import.pickle(path, options) end

---PORTEND's tables of one model on a row of machines.
---@param folder string
---@param options finlab.portend_options
---@return finlab.portend_profile? profile
---@return string? message
---@return finlab.code? code
function import.portend(folder, options) end

---Scission's benchmark records and network table.
---@param folder string
---@param options? finlab.scission_options
---@return finlab.scission_profile? profile
---@return string? message
---@return finlab.code? code
function import.scission(folder, options) end

---@class finlab.models
local models = {}

---@param data? "cifar10"|"cifar100"
---@return finlab.model
function models.b_alexnet(data) end

---The blocks that the published scripts for several models list instead.
---@param data? "cifar10"|"cifar100"
---@return finlab.model
function models.b_alexnet_multi(data) end

---@param data? "cifar10"|"cifar100"
---@return finlab.model
function models.b_resnet(data) end

---@param data? "mnist"|"second"
---@return finlab.model
function models.b_lenet(data) end

---@class finlab.systems
local systems = {}

---A mobile node, an edge server and a cloud server, with links upwards.
---@param options? { links: "receiver"|"bottleneck" } what times a transfer; default "receiver"
---@return finlab.system
function systems.three_tier(options) end

---@class finlab.stats of an empty array most are nil
local stats = {}

---Whether two numbers are the same to the accuracy of energies, 1e-9 relative.
---@param a number
---@param b number
---@return boolean
function stats.same(a, b) end

---@param numbers number[]
---@return number[] ascending
function stats.sorted(numbers) end

---The sum, with the rounding errors carried along.
---@param numbers number[]
---@return number
function stats.sum(numbers) end

---@param numbers number[]
---@return number?
function stats.mean(numbers) end

---@param numbers number[]
---@return number?
function stats.median(numbers) end

---The sample's standard deviation.
---@param numbers number[]
---@return number?
function stats.deviation(numbers) end

---Linear between the two nearest numbers, as R's type 7.
---@param ascending number[]
---@param q number 0 to 1
---@return number?
function stats.quantile(ascending, q) end

---The percentile bootstrap's interval.
---@param numbers number[]
---@param options? { confidence: number?, resamples: integer?, seed: integer?, statistic: function? }
---@return number? low
---@return number? high
function stats.bootstrap(numbers, options) end

---The p value of the two-sided sign test.
---@param wins integer
---@param losses integer
---@return number
function stats.sign_test(wins, losses) end

---@class finlab.column
---@field key string the field of the records
---@field title? string
---@field scale? number what numbers are multiplied by, but in CSV and JSON
---@field format? string a string.format pattern for numbers
---@field align? "right" also when not all cells are numbers

---@class finlab.pivot_options
---@field rows string|string[]
---@field columns string
---@field value? string default "energy"
---@field with? "mean"|"median"|"sum"|"worst"|"least"|"count"|fun(numbers: number[]): any default "mean"
---@field scale? number of the cells
---@field format? string of the cells

---@class finlab.summary_options
---@field by? string|string[] default "method"
---@field value? string default "energy"
---@field quantiles? number[] default 0.05, 0.25, 0.75, 0.95
---@field confidence? number of the interval; default 0.95
---@field resamples? integer default 1000
---@field seed? integer default 1

---@class finlab.compare_options
---@field of? string the field that names who is compared; default "method"
---@field value? string less is better; default "energy"
---@field by? string|string[] the fields that say which case a row is; after a sweep its parameters
---@field a? any|any[] default: everyone but b
---@field b? any
---@field confidence? number
---@field resamples? integer
---@field seed? integer

---@class finlab.field: finlab.axis
---@field key string
---@field scale? number what turns the field into `unit`

---@class finlab.table_plot: finlab.compare_options
---@field kind? "lines"|"stairs"|"box"|"violin"|"heat"|"frontier"|"profile" default "lines"
---@field x? string|finlab.field
---@field y? string|finlab.field default "energy"
---@field z? string|finlab.field the colours of heat and frontier
---@field by? string the field that tells series apart; default "method"
---@field names? table<any, string> what the series are called
---@field title? string
---@field size? integer[]

---@class finlab.table records as a table; never changed, a question answers a new one
---@field rows table<string, any>[]
---@field columns finlab.column[]
---@field counts? { done: integer, kept: integer, failed: integer } of a sweep's run
local records = {}

---The same rows with other columns.
---@param columns (string|finlab.column)[]
---@return finlab.table
function records:select(columns) end

---The rows for which a function is true, or that have all of the given fields.
---@param what table<string, any>|fun(row: table<string, any>): boolean?
---@return finlab.table
function records:filter(what) end

---The rows with more fields, each computed from its row.
---@param fields table<string, fun(row: table<string, any>): any>
---@return finlab.table
function records:derive(fields) end

---The rows in ascending order of fields, the first one first.
---@param ... string
---@return finlab.table
function records:sort(...) end

---A table for each combination of the fields' values, in the order in which they first occur.
---@param ... string
---@return { values: table<string, any>, table: finlab.table }[]
function records:group(...) end

---One row for each value of `rows`, one column for each value of `columns`, `value` reduced in the cells.
---@param options finlab.pivot_options
---@return finlab.table
function records:pivot(options) end

---n, missing, mean with its bootstrap interval, deviation, median, quantiles, least and worst by group.
---@param options? finlab.summary_options
---@return finlab.table
function records:summary(options) end

---The rows with one field more: the value that the row with the field `to` has in the same case.
---@param options { to: table<string, any>, value: string?, as: string?, by: string|string[]? }
---@return finlab.table
function records:relate(options) end

---How far everyone is from the one in `to`, over the cases in which that has a value: cases, missing and same values,
---gaps as mean, median, q95 and worst with its row worst_case, bounds, how many are tight and how far they are below.
---@param options { to: table<string, any>, value: string?, by: string|string[]? }
---@return finlab.table
function records:distance(options) end

---Performance profiles (Dolan and Moré): method, ratio to the best, share of the cases within it.
---@param options? finlab.compare_options
---@return finlab.table
function records:profile(options) end

---Paired comparison, case by case: wins, ties, losses, the change's mean, interval and median, sign test.
---@param options finlab.compare_options
---@return finlab.table
function records:compare(options) end

---Aligned text.
---@return string
function records:text() end

---A Markdown table.
---@return string
function records:markdown() end

---Comma-separated values, numbers with all their digits.
---@return string
function records:csv() end

---A LaTeX tabular with booktabs' rules.
---@return string
function records:latex() end

---A JSON array with one object per row, numbers with all their digits.
---@return string? text
---@return string? message
---@return finlab.code? code
function records:json() end

---A plot of the rows.
---@param options finlab.table_plot
---@return finlab.plot
function records:plot(options) end

---Write the table as .md, .csv, .tex, .json or .txt.
---@param path string
---@return true? written
---@return string? message
---@return finlab.code? code
function records:write(path) end

---@param rows table<string, any>[]
---@param columns? (string|finlab.column)[] default: all fields in alphabetical order
---@param parameters? table<string, boolean> the set of fields that say which case a row is
---@return finlab.table
function finlab.table(rows, columns, parameters) end

---@class finlab.axis
---@field label? string
---@field unit? string
---@field log? boolean
---@field least? number
---@field most? number
---@field tics? number[]

---@class finlab.series
---@field name? string
---@field points? number[][] x, y; without y a gap; for heat and frontier x, y, z; for bands x, y, low, high
---@field values? number[] for box and violin
---@field dashed? boolean

---@class finlab.plot_description
---@field kind? "lines"|"stairs"|"bands"|"box"|"violin"|"heat"|"frontier" default "lines"
---@field title? string
---@field x? finlab.axis
---@field y? finlab.axis
---@field z? finlab.axis
---@field series finlab.series[]
---@field size? integer[] width and height in pixels

---@class finlab.plot: finlab.plot_description
local plot = {}

---The gnuplot commands that draw the plot into `path`.
---@param path string
---@return string
function plot:script(path) end

---Draw the plot as .svg, .png or .pdf.
---@param path string
---@return true? written
---@return string? message
---@return finlab.code? code
function plot:write(path) end

---@param description finlab.plot_description
---@return finlab.plot
function finlab.plot(description) end

---@class finlab.picture
local picture = {}

---The picture as SVG.
---@return string
function picture:svg() end

---Write the picture as .svg.
---@param path string
---@return true? written
---@return string? message
---@return finlab.code? code
function picture:write(path) end

---A plan in the layered graph: what each step costs, tiers as lanes, the final exit marked.
---@param inst finlab.instance
---@param what finlab.result|finlab.placement[] its plan, or the candidate that was refused
---@return finlab.picture? picture
---@return string? message
---@return finlab.code? code
function finlab.picture(inst, what) end

---@class finlab.vertex of FIN's graph: block on node having used level levels; the sink has none of them
---@field block? integer 0: the source
---@field node? string
---@field level? integer
---@field final boolean the plan stops there

---@class finlab.graph FIN's graph; the first vertex is the source, the second the sink
---@field gamma integer
---@field name string
---@field blocks string[]
---@field vertices finlab.vertex[]
---@field edges number[][] {from, to, J}
local graph = {}

---The graph in Graphviz' language.
---@return string
function graph:dot() end

---The graph as GraphML.
---@return string
function graph:graphml() end

---Write the graph as .dot or .graphml.
---@param path string
---@return true? written
---@return string? message
---@return finlab.code? code
function graph:write(path) end

---FIN's graph of one application, the first unless `app` names another, spelled out; at most a million edges.
---@param inst finlab.instance
---@param options? { gamma: integer?, app: string?, rounding: "up"|"down"? } default gamma 10, rounding up
---@return finlab.graph? graph
---@return string? message
---@return finlab.code? code
function finlab.graph(inst, options) end

---@class finlab.page_options
---@field title? string default: the store's name
---@field instances? finlab.instance[] those of the rows, at any deadline and target: plans get their costs
---@field command? string what the page says it was made by

---@class finlab.page
local page = {}

---The page as text.
---@return string
function page:html() end

---Write the page as .html.
---@param path string
---@return true? written
---@return string? message
---@return finlab.code? code
function page:write(path) end

---A store as one self-contained HTML page: numbers, plots, plans, a table to sort and filter.
---@param path string the store
---@param options? finlab.page_options
---@return finlab.page? page
---@return string? message
---@return finlab.code? code
function finlab.page(path, options) end

---@class finlab.progress
local progress = {}

---What there is to say now.
---@return string
function progress:text() end

---@param n? integer steps done since the last call; default 1
---@param what? { kept: boolean?, failed: boolean? } done before, or failed
function progress:step(n, what) end

---Show where things are, if that is due.
function progress:refresh() end

---Show the last state and end the line.
function progress:finish() end

---Progress on standard error: a bar on a terminal, a line now and then elsewhere.
---@param total integer
---@param label? string
---@return finlab.progress
function finlab.progress(total, label) end

---@alias finlab.parameters table<string, string|number|boolean>
---@alias finlab.values (string|number|boolean|finlab.parameters)[] a table sets several parameters at once

---@class finlab.sweep_description either `case` or `run`
---@field name? string default "sweep"
---@field store? string a file; without it the rows are only answered
---@field axes? table<string, finlab.values|fun(p: finlab.parameters): finlab.values> functions see the lists
---@field case? fun(p: finlab.parameters): finlab.instance?, any what p.method solves; fields for the record
---@field run? fun(p: finlab.parameters): table<string, any>?, string? the record of the case
---@field seeds? integer[] the axis "seed"
---@field repetitions? integer the axis "repetition", from 1
---@field time_limit? number s per case

---@class finlab.run_options
---@field jobs? integer worker processes; default 1
---@field resume? boolean false: do again what is done; default true
---@field rows? boolean false: answer no rows, only their counts; default true
---@field retry? boolean do again what is an error; default false
---@field shard? string|false "k/n"; default: by SLURM_ARRAY_TASK_ID and _COUNT where they are set
---@field progress? boolean default true

---@class finlab.sweep
local sweep = {}

---The parameters of every case, in order.
---@return finlab.parameters[]
function sweep:cases() end

---Do what is not done yet and answer the rows of all cases, in order.
---@param options? finlab.run_options
---@return finlab.table? rows
---@return string? message
---@return finlab.code? code
function sweep:run(options) end

---Many cases, by worker processes, into a store: see LAB.md.
---@param description finlab.sweep_description
---@return finlab.sweep
function finlab.sweep(description) end

---@class finlab.store
---@field path string
local store = {}

---The rows, with `origin` also sweep, key, instance, finished and version.
---@param options? { sweep: string?, origin: boolean? }
---@return finlab.table? rows
---@return string? message
---@return finlab.code? code
function store:rows(options) end

---The sweeps in the store.
---@return finlab.table? sweeps
---@return string? message
---@return finlab.code? code
function store:sweeps() end

---Add the rows of other stores; what is here stays, but a result takes an error's place.
---@param ... string
---@return integer? added
---@return integer|string kept_or_message
---@return finlab.code? code
function store:merge(...) end

---The store in a file, which is opened when it is asked.
---@param path string
---@return finlab.store
function finlab.store(path) end

---@alias finlab.generator fun(random: table, slots: integer): number[]
---@alias finlab.series_source finlab.generator|number|number[] a number stays

---@class finlab.trace_description
---@field slots integer
---@field seed? integer default 1
---@field speed? table<string, finlab.series_source> factors on speeds by node; "*": all others
---@field load? table<string, finlab.series_source> parts of nodes that others take
---@field rate? table<string, finlab.series_source> factors on rates by "FROM->TO"; "*": all others
---@field arrivals? finlab.series_source inferences in a slot; default 1

---@class finlab.traces
local traces = {}

---A trace from generators, numbers and arrays.
---@param description finlab.trace_description
---@return finlab.trace? trace
---@return string? message
---@return finlab.code? code
function traces.new(description) end

---A trace from a CSV file.
---@param path string
---@return finlab.trace? trace
---@return string? message
---@return finlab.code? code
function traces.read(path) end

---A trace from CSV text; `path` is what errors call it.
---@param text string
---@param path? string
---@return finlab.trace? trace
---@return string? message
---@return finlab.code? code
function traces.parse(text, path) end

---@param options? { values: number[]?, stay: number? } default { 1, 0.5 }, 0.95
---@return finlab.generator
function traces.markov(options) end

---@param options? { start: number?, step: number?, least: number?, most: number? } default 1, 0.05, 0.25, 1
---@return finlab.generator
function traces.walk(options) end

---@param options? { mean: number?, swing: number?, period: number?, phase: number?, noise: number? }
---@return finlab.generator
function traces.diurnal(options) end

---@param options? { start: number?, last: number?, share: number?, load: boolean? } default 0.02, 50, 0.5
---@return finlab.generator
function traces.corunner(options) end

---@param options? { mean: number? } default 1
---@return finlab.generator
function traces.poisson(options) end

---@class finlab.trace
---@field slots integer
---@field names string[] of the columns: "speed:NODE", "load:NODE", "rate:FROM->TO", "arrivals"
---@field columns table<string, number[]>
local trace = {}

---The slots as rows.
---@return finlab.table
function trace:table() end

---Write the trace as .csv, which traces.read() reads.
---@param path string
---@return boolean? written
---@return string? message
---@return finlab.code? code
function trace:write(path) end

---States of an instance, arrivals by slot, and the names of a state's factors.
---@param inst finlab.instance
---@return number[][]? states
---@return number[]|string arrivals_or_message
---@return string[]|finlab.code names_or_code
function trace:states(inst) end

---@class finlab.world what a policy may ask; plans are numbers
---@field inst finlab.instance as it is nominally
---@field nominal number[] the state without any change
---@field names string[] of a state's factors
---@field penalty number J
---@field unit number J, the energy of the nominal optimum
---@field deadline number s
---@field accuracy number
---@field random table seeded: unit(), int(n), normal(), poisson(mean)
---@field best fun(self: finlab.world, state: number[]): integer the plan of least cost
---@field weigh fun(self: finlab.world, state: number[], per_joule: number, per_second: number, per_share: number, soft?: boolean): integer
---@field judge fun(self: finlab.world, state: number[], plan: integer): number, number, number, boolean, boolean
---@field try fun(self: finlab.world, plan: finlab.placement[]): integer?, string?, finlab.code?
---@field describe fun(self: finlab.world, plan: integer): finlab.placement[]
---@field frontier fun(self: finlab.world): integer[]

---@class finlab.observation
---@field slot integer
---@field state number[] as it was `delay` slots ago

---@class finlab.outcome
---@field slot integer
---@field plan integer
---@field energy number J
---@field latency number s
---@field accuracy number
---@field in_time boolean
---@field accurate boolean
---@field met boolean both
---@field cost number J, with the penalty
---@field own number the factor on the source's speed in this slot

---@class finlab.policy
---@field decide fun(self: finlab.policy, observation: finlab.observation): integer|finlab.placement[]
---@field learn? fun(self: finlab.policy, outcome: finlab.outcome)

---@class finlab.own_policy
---@field name string
---@field new fun(world: finlab.world): finlab.policy
---@field sees? "slot"|"all"

---@class finlab.online_description
---@field instance finlab.instance one application
---@field trace finlab.trace|fun(seed: integer): finlab.trace
---@field policies? (string|table|finlab.own_policy)[] "stale:k=10"; { "stale", k = 10, name = "..." }
---@field seeds? integer[] default { 1 }
---@field delay? integer how many slots old the state is that policies see; default 1
---@field penalty? number J for an inference that is late or inaccurate; default ten times the nominal optimum
---@field each? fun(policy: string, seed: integer, outcome: finlab.outcome) told of every slot

---@class finlab.online_options
---@field against? string the policy that regret is counted from; default "clairvoyant"
---@field confidence? number default 0.95
---@field resamples? integer default 1000
---@field seed? integer of the bootstrap
---@field times? boolean false: no seconds in the summary
---@field title? string of a plot

---@class finlab.online_result
---@field policies string[]
---@field seeds integer[]
---@field points integer[] the slots at which the curves have points
---@field curves table<string, number[][]> cumulative costs by policy, seed and point
---@field records table[] one per policy and seed
---@field penalty number J
local result = {}

---One row per policy.
---@param options? finlab.online_options
---@return finlab.table
function result:summary(options) end

---One row per policy and point: mean, low and high of the cumulative regret, J.
---@param options? finlab.online_options
---@return finlab.table
function result:regret(options) end

---The regret curves with their confidence bands.
---@param options? finlab.online_options
---@return finlab.plot
function result:plot(options) end

---Policies decide slot by slot: see ONLINE.md.
---@param description finlab.online_description
---@return finlab.online_result?
---@return string? message
---@return finlab.code? code
function finlab.online(description) end

return finlab
