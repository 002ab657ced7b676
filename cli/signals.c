/*
 * signals.c - what may end us from outside: the clock of --limit, ^C, a closed terminal, descriptors that
 * were closed before we began.
 *
 * A handler finds what it needs in globals, does only what is safe in one, and leaves nothing behind:
 * no half a file, no terminal without echo.
 */
#include "cli.h"
#include "inside.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/time.h>
#include <termios.h>
#include <unistd.h>

static struct {
    char bytes[1024];
    size_t count;
    int descriptor;
} clock_fault;

static volatile sig_atomic_t *clock_asks; /* set when time is up, once, instead of ending there */

static struct termios terminal_usual;
static volatile sig_atomic_t terminal_changed;

void cli_restore_terminal(const struct termios *usual)
{
    if (usual) terminal_usual = *usual;
    terminal_changed = usual != NULL;
}

/* What a handler may do: all of it is safe there. */
static void leave_clean(void)
{
    if (terminal_changed) tcsetattr(STDIN_FILENO, TCSANOW, &terminal_usual);
    output_unlink();
}

static void on_clock(int signal_number)
{
    volatile sig_atomic_t *asks = clock_asks;
    (void)signal_number;
    clock_asks = NULL;
    if (asks) *asks = 1;
    if (asks) return;
    leave_clean();
    ssize_t written = write(clock_fault.descriptor, clock_fault.bytes, clock_fault.count);
    (void)written; /* nobody is left to tell */
    _exit(EW_LIMIT);
}

static void on_kill(int signal_number)
{
    leave_clean();
    raise(signal_number); /* reset to what it does by itself */
}

static void handle(int signal_number, void (*handler)(int), int flags)
{
    struct sigaction action = {0}, now;
    if (sigaction(signal_number, NULL, &now) == 0 && now.sa_handler == SIG_IGN) return; /* nohup */
    action.sa_handler = handler;
    action.sa_flags = flags;
    sigaction(signal_number, &action, NULL);
}

/* With a standard descriptor closed, the next file opened would take its number and get the results or
 * the errors written into it; so each is held by something that refuses to be written. */
static void hold_standard(void)
{
    for (int d = STDIN_FILENO; d <= STDERR_FILENO; d++)
        if (fcntl(d, F_GETFD) < 0 && open("/dev/null", d == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0) return;
}

void signals_prepare(void)
{
    hold_standard();
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* beyond `ulimit -f` a write fails, as on a full disk */
    handle(SIGINT, on_kill, (int)SA_RESETHAND);
    handle(SIGTERM, on_kill, (int)SA_RESETHAND);
    handle(SIGHUP, on_kill, (int)SA_RESETHAND);
}

void cli_start_clock(struct cli *c)
{
    char seconds[32];
    struct itimerval t = {0};
    if (c->limit_seconds <= 0) return;
    ew_number_text(c->limit_seconds, 0, seconds);
    clock_fault.count = cli_fault_bytes(c, FAULT_SECONDS, seconds, clock_fault.bytes, sizeof clock_fault.bytes);
    clock_fault.descriptor = c->json ? STDOUT_FILENO : STDERR_FILENO;
    handle(SIGALRM, on_clock, 0);
    t.it_value.tv_sec = (time_t)c->limit_seconds;
    t.it_value.tv_usec = (suseconds_t)((c->limit_seconds - (double)t.it_value.tv_sec) * 1e6);
    if (t.it_value.tv_sec == 0 && t.it_value.tv_usec == 0) t.it_value.tv_usec = 1;
    setitimer(ITIMER_REAL, &t, NULL);
}

void cli_clock_asks(struct cli *c, volatile sig_atomic_t *flag)
{
    struct itimerval t;
    if (c->limit_seconds <= 0 || getitimer(ITIMER_REAL, &t) != 0) return;
    clock_asks = flag;
    if (!flag) return;
    handle(SIGALRM, on_clock, SA_RESTART);
    t.it_interval.tv_sec = (time_t)c->limit_seconds;
    t.it_interval.tv_usec = (suseconds_t)((c->limit_seconds - (double)t.it_interval.tv_sec) * 1e6);
    setitimer(ITIMER_REAL, &t, NULL);
}

void cli_stop_clock(void)
{
    struct itimerval none = {0};
    setitimer(ITIMER_REAL, &none, NULL);
}
