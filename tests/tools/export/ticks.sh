# Lines for make_store and tick.mmf.json: ticks COUNT. Prices are binary fractions, so that sums of
# them are the same in any order.
# shellcheck shell=bash
ticks() {
    awk -v count="$1" 'BEGIN {
        OFS = "\t"
        for (i = 0; i < count; i++) {
            print "S" i * 7919 % 50, i % 400 / 4 + 0.25, i * 31 % 1000, i % 3 ? "BUY" : "SELL",
                sprintf("2026-11-21T12:%02d:%02d.%06dZ", i / 60 % 60, i % 60, i * 997 % 1000000), i
        }
    }'
}
