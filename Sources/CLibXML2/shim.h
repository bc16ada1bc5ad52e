// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

/* `xmlFree` is a variable, which Swift cannot read safely. */
static inline void virtwarden_xml_free(void *memory) {
    xmlFree(memory);
}
