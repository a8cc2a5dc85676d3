-- SPDX-License-Identifier: GPL-3.0-or-later
-- In a checkout: luarocks --lua-version 5.4 make
rockspec_format = "3.0"
package = "finlab"
version = "scm-1"
source = {
    url = "git+file://finlab", -- there is no public address; `luarocks make` takes the checkout it is run in
    branch = "main",
}
description = {
    summary = "Exact versus heuristic placement of early-exit neural networks",
    detailed = "Places early-exit neural networks on mobile, edge and cloud machines, exactly and by heuristics. "
        .. "Needs GLPK, igraph, jansson, SQLite and their headers, pkg-config, CMake 3.24.",
    license = "GPL-3.0-or-later",
}
supported_platforms = { "linux" }
dependencies = { "lua ~> 5.4" }
external_dependencies = {
    GLPK = { header = "glpk.h" },
    JANSSON = { header = "jansson.h" },
    SQLITE = { header = "sqlite3.h" },
}
build = {
    type = "cmake",
    variables = {
        CMAKE_BUILD_TYPE = "Release",
        CMAKE_INSTALL_PREFIX = "$(PREFIX)",
        FINLAB_LUA_DIR = "$(LIBDIR)",
        FINLAB_TESTS = "OFF",
    },
}
