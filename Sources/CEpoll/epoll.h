// The module that Swift's toolchain makes of glibc leaves these two headers out.
#include <sys/epoll.h>
#include <sys/eventfd.h>
