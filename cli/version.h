/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef CLI_VERSION_H
#define CLI_VERSION_H

#define TAPSCOPE_VERSION "0.1.0"

#endif
