#include "examples/ticks/screen.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "examples/ticks/clock.h"
#include "examples/ticks/date.h"

#define FRAME_MS 60
#define RECORDS_PER_LINE 500

#define UP_AND_LEFT "\033[%uA\r"
#define CLEAR_TO_END_OF_LINE "\033[K"
#define GREEN "\033[32m"
#define RED "\033[31m"
#define PLAIN "\033[0m"

static bool is_set(const char *name)
{
    const char *value = getenv(name);

    return value && value[0] != '\0';
}

screen screen_on(FILE *out, uint64_t total)
{
    const char *term = getenv("TERM");
    screen screen = {.out = out, .total = total};

    screen.in_place = isatty(fileno(out)) && term && term[0] != '\0' && strcmp(term, "dumb") != 0;
    screen.color = screen.in_place && !is_set("NO_COLOR");
    return screen;
}

static void print_row(const screen *screen, const screen_row *row)
{
    char date[DATE_TEXT_LENGTH + 1];
    char average[32] = "-";
    const char *color = row->record.close < row->record.open ? RED : GREEN;

    date_format(row->record.date, date);
    if (!isnan(row->average)) {
        (void)snprintf(average, sizeof average, "%.2f", row->average);
    }
    fprintf(screen->out, "%7" PRIu64 "  %s  %9.2f  %s%9.2f%s  %14s  %9.0f", row->index + 1, date,
            row->record.open, screen->color ? color : "", row->record.close,
            screen->color ? PLAIN : "", average, row->per_second);
}

/* The table: as many rows as there are, and the lines below them empty. */
static void draw(screen *screen)
{
    if (screen->drawn) {
        fprintf(screen->out, UP_AND_LEFT, (unsigned)SCREEN_ROWS);
    }
    for (unsigned i = 0; i < SCREEN_ROWS; i++) {
        if (i < screen->shown) {
            print_row(screen, &screen->rows[i]);
        }
        fprintf(screen->out, CLEAR_TO_END_OF_LINE "\n");
    }
    (void)fflush(screen->out);
    screen->drawn = true;
}

static void show(screen *screen, const screen_row *row)
{
    if (!screen->in_place) {
        print_row(screen, row);
        fprintf(screen->out, "\n");
        (void)fflush(screen->out);
        screen->shown++;
        return;
    }
    if (screen->shown == SCREEN_ROWS) {
        memmove(screen->rows, screen->rows + 1, (SCREEN_ROWS - 1) * sizeof screen->rows[0]);
        screen->shown--;
    }
    screen->rows[screen->shown++] = *row;
    draw(screen);
}

void screen_begin(screen *screen)
{
    fprintf(screen->out, " record  date             open      close  20-day average  records/s\n");
    (void)fflush(screen->out);
}

/* Whether it is time to show something. */
static bool is_due(screen *screen, const screen_row *row)
{
    uint64_t now_ns;

    if (row->index + 1 == screen->total) {
        return true;
    }
    if (!screen->in_place) {
        return (row->index + 1) % RECORDS_PER_LINE == 0;
    }
    now_ns = clock_now_ns();
    if (now_ns < screen->next_frame_ns) {
        return false;
    }
    screen->next_frame_ns = now_ns + FRAME_MS * CLOCK_NS_PER_MS;
    return true;
}

void screen_add(screen *screen, const screen_row *row)
{
    if (is_due(screen, row)) {
        show(screen, row);
    }
}
