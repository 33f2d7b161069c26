/* The screen of mmf top: all that knows of ncurses. */
#ifndef MMF_TOOLS_COMMANDS_TOP_SCREEN_H
#define MMF_TOOLS_COMMANDS_TOP_SCREEN_H

#include "tools/sampler.h"

typedef struct mmf_top_screen {
    mmf_sampler **samplers;
    size_t count; /* at least 1 */
    uint64_t interval_ms;
    uint64_t limit; /* samples, then it ends; 0: none */
    bool uses_color;
} mmf_top_screen;

#define MMF_TOP_INTERVAL_LEAST_MS 10u
#define MMF_TOP_INTERVAL_MOST_MS 3600000u

/* Runs until somebody quits; the terminal is then as it was. SIGINT, SIGTERM, SIGHUP and SIGQUIT
 * end it too, and then the program, by that signal. MMF_OK; MMF_E_SYSTEM (the terminal is of a kind
 * that nobody knows), MMF_E_NO_MEMORY. */
MMF_NODISCARD mmf_status mmf_top_screen_run(mmf_top_screen *screen, mmf_error *error);

#endif
