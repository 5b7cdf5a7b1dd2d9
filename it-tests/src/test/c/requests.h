/* Requests: how they are made of a line, and what becomes of them. */
#ifndef REQUESTS_H
#define REQUESTS_H

#include "triton.h"

/* Makes ready for requests to a server. */
void requests_open(TRITONSERVER_Server *server);

/*
 * Starts a request: "ID MODEL INPUT...", separated by tabs. An input is NAME:TYPE=VALUE, its type
 * BYTES (one element, with the escapes \t, \n and \\), BOOL, INT32, UINT64 or FP32 (numbers
 * separated by commas). Prints "refused" where Triton does not take it; "response" events follow
 * where it does.
 */
void requests_start(char *line);

/* Cancels a request that is in progress. */
void requests_cancel(const char *id);

/* Frees everything and prints the sums; returns whether all was as it should be. */
bool requests_close(void);

#endif
