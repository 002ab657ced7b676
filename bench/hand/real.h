/*
 * real.h - one source for float and double: a file of a workload that exists in both is included twice by
 * its .c, with REAL the type and REAL_IS_FLOAT 1 or 0; R(name) is the name in that type.
 */
#undef R
#undef R_
#undef R_CALL
#define R_(name, type) name##_##type
#define R_CALL(name, type) R_(name, type)
#define R(name) R_CALL(name, REAL)
