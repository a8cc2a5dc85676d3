/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Making a failing instance small: parts of its document are left out, and numbers made round, as long as it
 * still fails. */
#ifndef FINLAB_TESTS_SHRINK_H
#define FINLAB_TESTS_SHRINK_H

#include "core/instance.h"

/** Whether an instance still shows the fault. */
typedef bool (*shrink_fails)(const fl_instance *instance, void *context);

/** The smallest instance found that still fails: no member of it can be left out, and no number replaced by a
 *  simpler one, without its passing (or being refused). The caller frees it. Ends the program without memory.
 *  Takes at most `most` calls of `fails`. */
fl_instance *shrink_instance(const fl_instance *instance, shrink_fails fails, void *context, int most);

#endif
