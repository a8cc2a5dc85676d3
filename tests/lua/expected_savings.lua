-- SPDX-License-Identifier: GPL-3.0-or-later
-- What an independent enumeration of all plans gives for the published three-tier system: energies in mJ to
-- three decimals, savings and ratios as they are printed. A stretch is {first deadline, last deadline in ms,
-- energy}; false stands for no plan.

local expected = {}

expected.points = { -- receiver links
    {
        model = "B-AlexNet", target = 75,
        exact = { { 3, 3, 51.122 }, { 4, 15, 21.532 } },
        mcp = { { 3, 15, 97.550 } },
        [3] = { { 3, 6, false }, { 7, 15, 21.532 } },
        [10] = { { 3, 3, 97.550 }, { 4, 4, 51.122 }, { 5, 15, 21.532 } },
        [30] = { { 3, 3, 51.122 }, { 4, 15, 21.532 } },
    },
    {
        model = "B-AlexNet", target = 80,
        exact = { { 3, 3, 89.907 }, { 4, 5, 85.603 }, { 6, 6, 64.087 }, { 7, 15, 39.382 } },
        mcp = { { 3, 15, 139.504 } },
        [3] = { { 3, 15, false } },
        [10] = {
            { 3, 3, false }, { 4, 4, 139.504 }, { 5, 5, 89.907 }, { 6, 6, 85.603 }, { 7, 8, 64.087 },
            { 9, 15, 39.382 },
        },
        [30] = { { 3, 3, 139.504 }, { 4, 5, 85.603 }, { 6, 6, 64.087 }, { 7, 15, 39.382 } },
    },
    {
        model = "B-ResNet", target = 80,
        exact = { { 0.5, 0.5, 17.725 }, { 1, 1.5, 16.438 }, { 2, 5, 9.921 } },
        mcp = { { 0.5, 5, 28.331 } },
        [3] = { { 0.5, 5, false } },
        [10] = { { 0.5, 0.5, 17.725 }, { 1, 2, 16.438 }, { 3, 5, 9.921 } },
        [30] = { { 0.5, 0.5, 17.725 }, { 1, 1.5, 16.438 }, { 2, 5, 9.921 } },
    },
    {
        model = "B-LeNet", target = 95,
        exact = { { 0.018, 0.018, 0.749 }, { 0.02, 0.02, 0.216 }, { 0.025, 0.05, 0.139 } },
        mcp = { { 0.018, 0.05, 0.749 } },
        [3] = { { 0.018, 0.04, false }, { 0.05, 0.05, 0.139 } },
        [10] = {
            { 0.018, 0.018, false }, { 0.02, 0.02, 0.749 }, { 0.025, 0.025, 0.216 }, { 0.03, 0.05, 0.139 },
        },
        [30] = { { 0.018, 0.018, 0.749 }, { 0.02, 0.02, 0.216 }, { 0.025, 0.05, 0.139 } },
    },
}

-- B-AlexNet on CIFAR-10, deadlines 3..15 ms, targets 10..85 %, receiver links. Columns: method, gamma, cells
-- without a plan, optimal cells, mean and worst ratio to the optimum, mean saving in % against `released` and
-- cells of 65 % or more, the same against `mcp`, cells with a tight lower bound.
expected.grid = {
    { "exact", "", 0, 208, "1.0000", "1.0000", "78.66", 178, "26.71", 66, 208 },
    { "milp", "", 0, 208, "1.0000", "1.0000", "78.66", 178, "26.71", 66, 208 },
    { "fin", "3", 42, 166, "1.0000", "1.0000", "78.77", 142, "16.90", 36, 196 },
    { "fin", "5", 20, 184, "1.0292", "2.3742", "79.20", 164, "23.07", 54, 196 },
    { "fin", "10", 2, 188, "1.0664", "2.3742", "77.52", 172, "24.22", 58, 204 },
    { "fin", "20", 0, 202, "1.0090", "1.5516", "78.30", 176, "26.19", 66, 204 },
    { "fin", "30", 0, 206, "1.0053", "1.5516", "78.42", 178, "26.37", 66, 206 },
    { "fin", "50", 0, 206, "1.0003", "1.0352", "78.65", 178, "26.69", 66, 208 },
    { "fin", "200", 0, 208, "1.0000", "1.0000", "78.66", 178, "26.71", 66, 208 },
}
expected.summed_saving_mcp = "59.2"

--- What `released` charges for B-AlexNet, receiver links; deadline in ms, target in %.
function expected.released(deadline, target)
    if deadline <= 12 or target >= 75 then return 199.204 end
    return target <= 45 and 12.338 or target <= 65 and 118.493 or 157.251
end

-- Bottleneck links: the least and the largest saving of the optimum against mcp in %, over the deadlines at
-- which there is a plan.
expected.bottleneck = { { "B-AlexNet", 75, 0, 0 }, { "B-AlexNet", 80, 0, 0 }, { "B-ResNet", 80, 27, 56 } }

return expected
