#include "tools/command.h"

int main(int argc, char **argv)
{
    return mmf_command_main(argc, argv);
}
