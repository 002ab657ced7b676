/*
 * main.c - the command: arguments in, one verb run, an exit status out.
 */
#include "cli.h"
#include "inside.h"
#include "values.h"

#include <stdlib.h>
#include <string.h>

static int say_version(struct cli *c)
{
    cli_put(c, "edgewise ");
    cli_put(c, ew_version());
    cli_put(c, "\n");
    return EW_OK;
}

int cli_dispatch(struct cli *c)
{
    int status;
    cli_start_clock(c);
    if (c->version)
        status = say_version(c);
    else if (c->help)
        status = cli_help(c);
    else
        status = cli_verbs[c->verb].run(c);
    cli_finish(c);
    return c->status ? c->status : status;
}

void cli_end(struct cli *c)
{
    cli_stop_clock();
    cli_drop(c);
    values_free(c->values);
    free(c->data.at);
    free(c->test.at);
    free(c->metrics.at);
    free(c->standardize.at);
    free(c->text_own);
    cli_trained_free(c);
    free(c->out);
}

int main(int argc, char **argv)
{
    struct cli c;
    signals_prepare();
    int status = cli_parse(&c, argc, argv);
    if (!status) status = cli_dispatch(&c);
    cli_end(&c);
    return status;
}
