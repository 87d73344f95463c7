# make            build everything into build/
# make run        install what is missing, build, start the console
#                 (PORT=8080 DATA=data RUNBOOKS=runbooks)
# make test       install what is missing, run every test (ASan and UBSan)
# make unit       the unit tests alone        make e2e      end to end
# make browser    the browser tests           make fault    kill and cut tests
# make lint       warnings of gcc and clang, layer rules
# make lab        the FATE lab with the console beside it
# make bench      measure, as ratios against references of the same run
# make dev        as run, with the sanitizers
# make deps       install what building and running need; deps-test: testing

PORT     ?= 8080
DATA     ?= data
RUNBOOKS ?= runbooks
CC       ?= gcc
B        ?= build

# Every package is named here and nowhere else.
RUN_PACKAGES  = gcc libc6-dev make pkg-config nginx-light libfcgi-dev \
	libjson-c-dev libsqlite3-dev libssh2-1-dev libmd4c-dev libyaml-dev \
	libpcre2-dev libsodium-dev ca-certificates
TEST_PACKAGES = clang libclang-rt-14-dev libcmocka-dev openssh-server \
	openssh-client mariadb-server mariadb-client iproute2 util-linux \
	procps curl jq python3 sqlite3 chromium fonts-noto-cjk wrk

LIBS      = json-c
CPPFLAGS += -Ifcgi -I$(B) -D_GNU_SOURCE -D_FORTIFY_SOURCE=2
WARN      = -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes \
	    -Wmissing-prototypes -Wpointer-arith -Wformat=2 -Wvla
CFLAGS   ?= -O2 -g
HARDEN    = -fstack-protector-strong -fPIE -fno-common \
	    -fstack-clash-protection
LINK      = -pie -Wl,-z,relro,-z,now,-z,noexecstack

SAN_FLAGS = -fsanitize=address,undefined -fno-sanitize-recover=all \
	    -fno-omit-frame-pointer

ALL_CFLAGS = -std=c17 $(WARN) $(CFLAGS) $(HARDEN) $(SAN)

# A program is linked with its own folder, the layers below it, and the
# libraries that its privilege allows (see tests/unit/layers.sh).
LAYERS  = base book journal wire html
PROGRAMS = countersign-web countersign-keeper countersign-runner \
	   countersign-step countersign
src     = $(wildcard fcgi/$(1)/*.c)
obj     = $(patsubst fcgi/%.c,$(B)/obj/%.o,$(call src,$(1)))

BOOK_LIBS    = -lmd4c -lyaml -lpcre2-8
JOURNAL_LIBS = -lsqlite3 -lsodium
WEB_LIBS     = -lfcgi
STEP_LIBS    = -lssh2 -lpcre2-8 -lyaml -lmd4c

all: $(PROGRAMS:%=$(B)/%)

$(B)/countersign-web: $(foreach d,base book journal wire html web,$(call obj,$(d)))
	$(CC) $(ALL_CFLAGS) $(LINK) -o $@ $^ $(WEB_LIBS) $(JOURNAL_LIBS) $(BOOK_LIBS) -ljson-c
$(B)/countersign-keeper: $(foreach d,base book journal wire keeper,$(call obj,$(d)))
	$(CC) $(ALL_CFLAGS) $(LINK) -o $@ $^ $(JOURNAL_LIBS) $(BOOK_LIBS) -ljson-c
$(B)/countersign-runner: $(foreach d,base book journal wire runner,$(call obj,$(d)))
	$(CC) $(ALL_CFLAGS) $(LINK) -o $@ $^ $(JOURNAL_LIBS) $(BOOK_LIBS) -ljson-c
$(B)/countersign-step: $(foreach d,base book step,$(call obj,$(d)))
	$(CC) $(ALL_CFLAGS) $(LINK) -o $@ $^ $(STEP_LIBS) -ljson-c
$(B)/countersign: $(foreach d,base book journal wire cli,$(call obj,$(d)))
	$(CC) $(ALL_CFLAGS) $(LINK) -o $@ $^ $(JOURNAL_LIBS) $(BOOK_LIBS) -ljson-c

$(B)/obj/%.o: fcgi/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)

clean:
	rm -rf build

.PHONY: all clean
