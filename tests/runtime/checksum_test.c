/* Checksums, the durable slots that carry them, and the layout of the lock file. Offsets are
 * written here as literal numbers, a second time, on purpose. */
#include "schema/crc32c.h"
#include "schema/format.h"
#include "tests/runtime/testing.h"

const char *const suite_name = "checksum";

START_TEST(test_crc32c_vectors)
{
    /* RFC 3720, B.4 */
    static const uint8_t read_command[48] = {
        0x01, 0xc0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x00, 0x14, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04, 0x00,
        0x00, 0x00, 0x00, 0x14, 0x00, 0x00, 0x00, 0x18, 0x28, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    };
    static const char digits[] = "123456789";
    uint8_t bytes[32];

    memset(bytes, 0, sizeof bytes);
    ck_assert_uint_eq(mmf_crc32c(0, bytes, 32), 0x8a9136aau);
    memset(bytes, 0xff, sizeof bytes);
    ck_assert_uint_eq(mmf_crc32c(0, bytes, 32), 0x62a8ab43u);
    for (unsigned i = 0; i < 32; i++) {
        bytes[i] = (uint8_t)i;
    }
    ck_assert_uint_eq(mmf_crc32c(0, bytes, 32), 0x46dd794eu);
    for (unsigned i = 0; i < 32; i++) {
        bytes[i] = (uint8_t)(31 - i);
    }
    ck_assert_uint_eq(mmf_crc32c(0, bytes, 32), 0x113fdb5cu);
    ck_assert_uint_eq(mmf_crc32c(0, read_command, sizeof read_command), 0xd9963a56u);
    ck_assert_uint_eq(mmf_crc32c(0, digits, 9), 0xe3069283u);
    for (size_t cut = 0; cut <= 9; cut++) {
        uint32_t crc = mmf_crc32c(0, digits, cut);

        ck_assert_uint_eq(mmf_crc32c(crc, digits + cut, 9 - cut), 0xe3069283u);
    }
    ck_assert_uint_eq(mmf_crc32c(0, NULL, 0), 0);
}
END_TEST

/* --- Durable slots --------------------------------------------------------------------------- */

static uint64_t number_at(const mmf_durable_slot *slot, size_t offset, size_t size)
{
    uint64_t value = 0;

    memcpy(&value, (const uint8_t *)slot + offset, size);
    return value;
}

static mmf_durable_slot slot_of(uint64_t generation, uint64_t record_count)
{
    mmf_durable_slot slot = {.generation = generation, .record_count = record_count};

    slot.crc = mmf_durable_slot_crc(&slot);
    return slot;
}

START_TEST(test_durable_slot_offsets)
{
    mmf_durable_slot slot = slot_of(7, 9);

    ck_assert_uint_eq(sizeof slot, 64);
    ck_assert_uint_eq(number_at(&slot, 0x00, 8), 7);
    ck_assert_uint_eq(number_at(&slot, 0x08, 8), 9);
    ck_assert_uint_eq(number_at(&slot, 0x3c, 4), mmf_crc32c(0, &slot, 60));
}
END_TEST

START_TEST(test_durable_slot_newest)
{
    mmf_durable_slot none = {0};
    mmf_durable_slot a = slot_of(1, 10);
    mmf_durable_slot b = slot_of(2, 20);
    mmf_durable_slot zero = slot_of(0, 30); /* a right checksum, but never written */
    mmf_durable_slot last = slot_of(UINT64_MAX, 40);

    ck_assert_ptr_null(mmf_durable_slot_newest(&none, &none));
    ck_assert_ptr_null(mmf_durable_slot_newest(&zero, &zero));
    ck_assert_ptr_eq(mmf_durable_slot_newest(&a, &none), &a);
    ck_assert_ptr_eq(mmf_durable_slot_newest(&none, &a), &a);
    ck_assert_ptr_eq(mmf_durable_slot_newest(&a, &b), &b);
    ck_assert_ptr_eq(mmf_durable_slot_newest(&b, &a), &b);
    ck_assert_ptr_eq(mmf_durable_slot_newest(&zero, &a), &a);
    ck_assert_ptr_eq(mmf_durable_slot_newest(&last, &a), &last);
}
END_TEST

START_TEST(test_durable_slot_any_bit_invalidates)
{
    mmf_durable_slot a = slot_of(1, 10);

    for (unsigned bit = 0; bit < 512; bit++) {
        mmf_durable_slot b = slot_of(2, 20);

        ((uint8_t *)&b)[bit / 8] ^= (uint8_t)(1u << bit % 8);
        ck_assert_ptr_eq(mmf_durable_slot_newest(&a, &b), &a);
        ck_assert_ptr_eq(mmf_durable_slot_newest(&b, &a), &a);
    }
}
END_TEST

/* Two slots of one generation can only be made by hand: one of them is taken, and always the same
 * contents whatever the order when they are equal. */
START_TEST(test_durable_slot_tie)
{
    mmf_durable_slot a = slot_of(5, 10);
    mmf_durable_slot b = slot_of(5, 10);
    const mmf_durable_slot *newest = mmf_durable_slot_newest(&a, &b);

    ck_assert(newest == &a || newest == &b);
    ck_assert_uint_eq(newest->record_count, 10);
}
END_TEST

START_TEST(test_lock_file_layout)
{
    ck_assert_uint_eq(sizeof(mmf_lock_header), 0x1000 + 256 * 128);
    ck_assert_uint_eq(offsetof(mmf_lock_header, boot_id), 0x08);
    ck_assert_uint_eq(offsetof(mmf_lock_header, lock_id), 0x18);
    ck_assert_uint_eq(offsetof(mmf_lock_header, append_right), 0x40);
    ck_assert_uint_eq(offsetof(mmf_lock_header, sync_right), 0x80);
    ck_assert_uint_ge(MMF_LOCK_BYTE_SLOT, sizeof(mmf_lock_header));
    ck_assert_uint_ge(MMF_LOCK_BYTE_ATTACH, MMF_LOCK_BYTE_SLOT + MMF_WRITER_SLOTS);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_test(tcase, test_crc32c_vectors);
    tcase_add_test(tcase, test_durable_slot_offsets);
    tcase_add_test(tcase, test_durable_slot_newest);
    tcase_add_test(tcase, test_durable_slot_any_bit_invalidates);
    tcase_add_test(tcase, test_durable_slot_tie);
    tcase_add_test(tcase, test_lock_file_layout);
}
