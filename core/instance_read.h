/* SPDX-License-Identifier: GPL-3.0-or-later */
/** The parts of reading the finlab/1 format. Internal to core/instance_read*.c. */
#ifndef FINLAB_CORE_INSTANCE_READ_H
#define FINLAB_CORE_INSTANCE_READ_H

#include "core/reader.h"

/** Read the applications of a document into `out`; the nodes have been read. */
fl_status fl_instance_read_apps(fl_reader *in, const fl_value *document, fl_instance *out);

#endif
