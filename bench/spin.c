/*
 * spin.c - a process that only spins.
 */
#define _POSIX_C_SOURCE 200809L
#include "spin.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

pid_t spin_begin(void)
{
    pid_t parent = getpid(), child = fork();
    volatile unsigned count = 0;
    if (child != 0) return child;
    for (;;)
        if ((++count & 0xFFFFFF) == 0 && getppid() != parent) _exit(0);
}

void spin_end(pid_t child)
{
    if (child <= 0) return;
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}
