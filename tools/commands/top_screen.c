#define _GNU_SOURCE
#include "tools/commands/top_screen.h"

#include <locale.h>
#include <ncurses.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "schema/printable.h"
#include "tools/commands/top_report.h"

#define COLOR_OF_PATHS 1
#define COLOR_OF_ERRORS 2
#define KEY_ESCAPE 27

typedef enum page { PAGE_STORES, PAGE_RECORD, PAGE_HELP } page;

typedef struct view {
    mmf_top_screen *screen;
    const mmf_sample **samples;
    uint64_t taken;
    size_t chosen;
    mmf_top_order order;
    page page;
    uint64_t record; /* PAGE_RECORD: of the chosen file */
    bool is_over;
} view;

/* --- Signals --------------------------------------------------------------------------------- */

/* A handler is given nothing but the number. */
static volatile sig_atomic_t ended_by;

static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

#define SIGNAL_COUNT (sizeof signals / sizeof signals[0])

static void note(int number)
{
    ended_by = number;
}

/* Before ncurses, which would install its own. */
static void catch_signals(struct sigaction *ret_before)
{
    struct sigaction action = {.sa_handler = note};

    ended_by = 0;
    (void)sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < SIGNAL_COUNT; i++) {
        (void)sigaction(signals[i], NULL, &ret_before[i]);
        if (ret_before[i].sa_handler != SIG_IGN) {
            (void)sigaction(signals[i], &action, NULL);
        }
    }
}

/* What ended the screen ends the program, too. */
static void let_signals(const struct sigaction *before)
{
    for (size_t i = 0; i < SIGNAL_COUNT; i++) {
        (void)sigaction(signals[i], &before[i], NULL);
    }
    if (ended_by != 0) {
        (void)raise(ended_by);
    }
}

/* --- Drawing --------------------------------------------------------------------------------- */

static void draw_line(int row, const char *text, attr_t attributes)
{
    char line[4096];

    (void)mmf_printable(text, COLS > 0 ? (size_t)COLS : 0, line, sizeof line);
    (void)attrset((int)attributes);
    (void)mvaddstr(row, 0, line);
    (void)attrset(A_NORMAL);
}

static attr_t color(const view *view, short pair)
{
    return view->screen->uses_color ? COLOR_PAIR(pair) : A_NORMAL;
}

/* The lines of a file from its line `skip` on, from `row` on; returns the row behind them. */
static int draw_text(const view *view, int row, int skip, char *text, bool is_chosen, bool is_there)
{
    int number = 0;

    for (char *line = text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1, number++) {
        attr_t attributes = number == 0 ? (A_BOLD | color(view, COLOR_OF_PATHS))
                            : is_there  ? A_NORMAL
                                        : color(view, COLOR_OF_ERRORS);

        *end = '\0';
        if (number < skip) {
            continue;
        }
        if (row >= LINES - 1) {
            return row;
        }
        draw_line(row++, line, attributes | (number == 0 && is_chosen ? A_REVERSE : 0));
    }
    return row;
}

static int count_lines(const mmf_output *output)
{
    int count = 0;

    for (size_t i = 0; i < output->size; i++) {
        count += output->bytes[i] == '\n';
    }
    return count;
}

static void draw_stores(const view *view)
{
    const mmf_top_screen *screen = view->screen;
    mmf_output *blocks = calloc(screen->count, sizeof *blocks);
    int rows = LINES - 2, above = 0, row = 1, total = 0, skip = 0;

    for (size_t i = 0; blocks && i < screen->count; i++) {
        mmf_top_text(&blocks[i], view->samples[i], view->order);
        mmf_output_add_char(&blocks[i], '\0');
        above += i < view->chosen ? count_lines(&blocks[i]) : 0;
        total += count_lines(&blocks[i]);
    }
    if (total > rows) {
        skip = above < total - rows ? above : total - rows;
    }
    for (size_t i = 0; blocks && i < screen->count; i++) {
        int lines = count_lines(&blocks[i]);

        if (!blocks[i].has_failed && skip < lines) {
            row = draw_text(view, row, skip, blocks[i].bytes, i == view->chosen,
                            view->samples[i]->is_there);
        }
        skip -= skip < lines ? skip : lines;
        mmf_output_free(&blocks[i]);
    }
    free(blocks);
}

static void draw_record(const view *view)
{
    const mmf_table *table = mmf_sampler_table(view->screen->samplers[view->chosen]);
    mmf_output text = {0};

    if (!table) {
        draw_line(1, view->samples[view->chosen]->error.text, color(view, COLOR_OF_ERRORS));
        return;
    }
    mmf_top_record(&text, table, view->record);
    mmf_output_add_char(&text, '\0');
    if (!text.has_failed) {
        (void)draw_text(view, 1, 0, text.bytes, false, true);
    }
    mmf_output_free(&text);
}

static void draw_help(void)
{
    static const char *const lines[] = {
        "Keys",
        "  up, down    choose a file",
        "  Enter       the fields of its hottest record; again, or Escape: back",
        "  s           order of the hottest records: writes/s, counter, index",
        "  + -         longer, shorter intervals",
        "  h           this; any key: back",
        "  q           quit",
        "",
        "writes/s     two steps of a record's counter are a write. One writer's setting of a",
        "             scalar is one step: then it is given as `A to B'",
        "about        not all records were looked at: those in memory, a share each time",
        "in change    records with a writer inside at this moment",
        "recovered    records that dead writers left, and living ones restored",
        "Retries of readers are not in the file: each process has its own, mmf_stats().",
    };

    for (size_t i = 0; i < sizeof lines / sizeof lines[0] && (int)i < LINES - 2; i++) {
        draw_line(1 + (int)i, lines[i], i == 0 ? A_BOLD : A_NORMAL);
    }
}

static void draw(const view *view)
{
    const mmf_top_screen *screen = view->screen;
    mmf_output text = {0};
    char line[160];

    (void)erase();
    mmf_top_time(&text, view->samples[0]->time_ns);
    (void)snprintf(line, sizeof line, "mmf top  %.*s  every %.2f s  %zu file%s  order: %s",
                   (int)text.size, text.bytes ? text.bytes : "", (double)screen->interval_ms / 1000,
                   screen->count, screen->count == 1 ? "" : "s", mmf_top_order_name(view->order));
    mmf_output_free(&text);
    draw_line(0, line, A_BOLD);
    if (view->page == PAGE_STORES) {
        draw_stores(view);
    } else if (view->page == PAGE_RECORD) {
        draw_record(view);
    } else {
        draw_help();
    }
    if (LINES > 1) {
        draw_line(LINES - 1, "q quit  h help  s order  +/- interval  up/down file  Enter record",
                  A_DIM);
    }
    (void)refresh();
}

/* --- Keys ------------------------------------------------------------------------------------ */

static void toggle_record(view *view)
{
    const mmf_sample *sample = view->samples[view->chosen];

    if (view->page == PAGE_RECORD) {
        view->page = PAGE_STORES;
    } else if (sample->is_there && sample->growth.hot_count > 0) {
        view->page = PAGE_RECORD;
        view->record = sample->growth.hot[0].index;
    } else {
        (void)beep();
    }
}

static void change_interval(mmf_top_screen *screen, bool is_longer)
{
    uint64_t interval = is_longer ? screen->interval_ms * 2 : screen->interval_ms / 2;

    if (interval >= MMF_TOP_INTERVAL_LEAST_MS && interval <= MMF_TOP_INTERVAL_MOST_MS) {
        screen->interval_ms = interval;
    }
}

static void take_key(view *view, int key)
{
    if (view->page == PAGE_HELP && key != KEY_RESIZE && key != 'q') {
        view->page = PAGE_STORES;
        return;
    }
    switch (key) {
    case 'q':
        view->is_over = true;
        break;
    case 'h':
    case '?':
        view->page = PAGE_HELP;
        break;
    case 's':
        view->order = (mmf_top_order)((view->order + 1) % MMF_TOP_ORDERS);
        break;
    case '+':
    case '-':
        change_interval(view->screen, key == '+');
        break;
    case KEY_UP:
    case KEY_DOWN:
        if (view->page == PAGE_STORES) {
            view->chosen = (view->chosen + (key == KEY_DOWN ? 1 : view->screen->count - 1)) %
                           view->screen->count;
        }
        break;
    case '\r':
    case '\n':
    case KEY_ENTER:
        toggle_record(view);
        break;
    case KEY_ESCAPE:
        view->page = PAGE_STORES;
        break;
    default:
        break;
    }
}

/* --- The loop -------------------------------------------------------------------------------- */

static uint64_t now_ms(void)
{
    struct timespec now = {0, 0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void take_samples(view *view)
{
    for (size_t i = 0; i < view->screen->count; i++) {
        view->samples[i] = mmf_sampler_take(view->screen->samplers[i]);
    }
    view->taken++;
}

static void wait_for_keys(view *view, uint64_t until_ms)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    uint64_t now = now_ms();
    int key;

    if (poll(&input, 1, until_ms > now ? (int)(until_ms - now) : 0) > 0 &&
        (input.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0) {
        view->is_over = true;
    }
    while (!view->is_over && (key = getch()) != ERR) {
        take_key(view, key);
    }
}

static void run_loop(view *view)
{
    uint64_t taken_ms = 0;

    while (!view->is_over && ended_by == 0) {
        uint64_t limit = view->screen->limit;

        if (taken_ms == 0 || now_ms() >= taken_ms + view->screen->interval_ms) {
            take_samples(view);
            taken_ms = now_ms();
        }
        draw(view);
        /* the first sample has no rates and does not count */
        if (limit != 0 && view->taken > limit) {
            return;
        }
        wait_for_keys(view, taken_ms + view->screen->interval_ms);
    }
}

static void set_up(mmf_top_screen *screen)
{
    (void)cbreak();
    (void)noecho();
    (void)nodelay(stdscr, TRUE);
    (void)keypad(stdscr, TRUE);
    (void)set_escdelay(25);
    (void)curs_set(0);
    screen->uses_color = screen->uses_color && has_colors();
    if (screen->uses_color) {
        (void)start_color();
        (void)use_default_colors();
        (void)init_pair(COLOR_OF_PATHS, COLOR_CYAN, -1);
        (void)init_pair(COLOR_OF_ERRORS, COLOR_RED, -1);
    }
}

mmf_status mmf_top_screen_run(mmf_top_screen *screen, mmf_error *error)
{
    struct sigaction before[SIGNAL_COUNT];
    view view = {.screen = screen, .samples = calloc(screen->count, sizeof *view.samples)};
    mmf_status status = MMF_OK;
    SCREEN *terminal;

    if (!view.samples) {
        return mmf_error_set(error, MMF_E_NO_MEMORY, "out of memory");
    }
    (void)setlocale(LC_CTYPE, "");
    catch_signals(before);
    terminal = newterm(NULL, stdout, stdin);
    if (terminal) {
        set_up(screen);
        run_loop(&view);
        (void)endwin();
        delscreen(terminal);
    } else {
        const char *term = getenv("TERM");

        status = mmf_error_set(error, MMF_E_SYSTEM,
                               "no description of a terminal of kind %s: try --once",
                               term ? term : "\"\" (TERM is not set)");
    }
    free(view.samples);
    let_signals(before);
    return status;
}
