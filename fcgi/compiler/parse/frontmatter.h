/*
 * frontmatter.h: the YAML between the first two lines of dashes.
 */
#ifndef COMPILER_PARSE_FRONTMATTER_H
#define COMPILER_PARSE_FRONTMATTER_H

struct parse;

/* Reads the YAML between the lines of dashes; sets p->body. */
void frontmatter_read(struct parse *p);

#endif
