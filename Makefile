# make            build everything into build/ (V=1 shows the commands)
# make run        install what is missing, build, start the console
#                 (PORT=8080 DATA=data RUNBOOKS=runbooks HOST=127.0.0.1
#                 TLS_CERT=FILE TLS_KEY=FILE)
# make test       install what is missing, run every test (ASan and UBSan)
# make lint, unit, spec, system, fuzz: the parts of it; system is e2e, fault,
#                 browser and fate together
# make test-long  the tests that take longer (tests/long), longer fuzzing
# make lab        the hosts of the five upgrades with the console beside them
# make pictures   each page in both widths, themes and languages, to look at
# make shots-lab  the five upgrades in browsers, with pictures of each state
# make format     lay out all C with clang-format 14
# make bench      measure, as ratios against references of the same run
# make dev        as run, with the sanitizers
# make users      as root: the users that the console's programs run as
# make deps       install what building and running need; deps-test: testing

HOST      = 127.0.0.1
PORT     ?= 8080
DATA     ?= data
RUNBOOKS ?= runbooks
LAB      ?= build/lab
CC       ?= gcc
B        ?= build
Q         = $(if $(V),,@)

# Every package is named here and nowhere else.  CLANG_RT belongs to the
# version of clang that the suite has, which is known once that is there.
RUN_PACKAGES  = gcc libc6-dev make pkg-config nginx-light libfcgi-dev \
	libjson-c-dev libsqlite3-dev libssh2-1-dev libmd4c-dev libyaml-dev \
	libpcre2-dev libsodium-dev libssl-dev libzxcvbn-dev libmariadb-dev libpq-dev libcurl4-openssl-dev \
	libseccomp-dev libzstd-dev ca-certificates python3
TEST_PACKAGES = clang clang-format shellcheck pyflakes3 libcmocka-dev openssh-server \
	openssh-client mariadb-server-core mariadb-client postgresql \
	iproute2 util-linux python3-swift openssl awscli python3-venv \
	procps curl jq sqlite3 chromium-headless-shell firefox-esr fonts-dejavu-core fonts-noto-cjk wrk fish tcsh busybox \
	sudo clustershell pssh pandoc
CLANG_RT      = libclang-rt-$$(clang -dumpversion | cut -d. -f1)-dev
NPM_PACKAGES  = nodejs npm

CPPFLAGS += -Ifcgi -I$(B) -D_GNU_SOURCE
WARN      = -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes \
	    -Wmissing-prototypes -Wpointer-arith -Wformat=2 -Wvla
CFLAGS   ?= -O2 -g
HARDEN    = -fstack-protector-strong -fPIE -fno-common \
	    -fstack-clash-protection $(if $(SAN),,-D_FORTIFY_SOURCE=2)
LINK      = -pie -Wl,-z,relro,-z,now,-z,noexecstack

SANITIZE  = address,undefined -fno-sanitize-recover=all
SAN_FLAGS = -fsanitize=$(SANITIZE) -Wno-format-truncation -fno-omit-frame-pointer

ALL_CFLAGS = -std=c17 $(WARN) $(CFLAGS) $(HARDEN) $(SAN)

# A program is linked with its own folder, the layers below it, and the
# libraries that its privilege allows (tests/unit/layers.sh holds it to that).
src  = $(wildcard fcgi/$(1)/*.c fcgi/$(1)/*/*.c)
objs = $(foreach d,$(1),$(patsubst fcgi/%.c,$(B)/obj/%.o,$(call src,$(d))))

PACK_LIBS = -lzstd
BASE_LIBS = -ljson-c -lsodium -lcrypto
LANG_LIBS = -lpcre2-8 $(BASE_LIBS)
BOOK_LIBS = -lmd4c -lyaml $(LANG_LIBS)
PROGRAMS = countersign-web countersign-keeper countersign-runner \
	   countersign-executor countersign-executor-clients \
	   countersign-compile countersign-pack countersign

countersign-web_DIRS    = base lang plan compiler inventory journal wire pack html web
countersign-web_LIBS    = -lfcgi -lsqlite3 $(PACK_LIBS) $(BOOK_LIBS)
countersign-keeper_DIRS = base lang plan journal wire pack keeper
countersign-keeper_LIBS = -lsqlite3 $(PACK_LIBS) $(LANG_LIBS) -lzxcvbn -lm
countersign-runner_DIRS = base lang plan journal wire pack runner
countersign-runner_LIBS = -lsqlite3 $(PACK_LIBS) $(LANG_LIBS)
countersign-pack_DIRS   = base lang plan journal wire pack packer
countersign-pack_LIBS   = -lsqlite3 $(PACK_LIBS) $(LANG_LIBS)
countersign-executor_DIRS = base lang plan wire executor
countersign-executor_LIBS = -lssh2 -lseccomp $(LANG_LIBS)
# countersign-executor has nothing of that which only the kinds of step with
# KIND_CLIENT need, and starts in a third of the time.
countersign-executor_WITHOUT = executor/sql/% executor/http/% \
			  executor/actions/act_preflight.o \
			  executor/actions/preflight_server.o
countersign-executor-clients_DIRS = $(countersign-executor_DIRS)
countersign-executor-clients_LIBS = -lmariadb -lpq -lsqlite3 -lcurl \
			  $(countersign-executor_LIBS)
countersign-compile_DIRS = base lang plan compiler inventory wire compile
countersign-compile_LIBS = -lseccomp $(BOOK_LIBS)
countersign_DIRS        = base lang plan compiler inventory import journal wire pack cli
countersign_LIBS        = -lsqlite3 $(PACK_LIBS) $(BOOK_LIBS)

all: $(PROGRAMS:%=$(B)/%) static/vendor/xterm.js

# npm_ci FOLDER: the libraries that its lock file names.
define npm_ci
@mkdir -p $(B); (cd $(1) && npm ci --no-audit --no-fund --no-progress \
    --loglevel=error) >$(B)/npm.log 2>&1 || { cat $(B)/npm.log >&2; \
    echo "npm ci failed in $(1).  It fetches what package-lock.json there" \
    "names; npm's error is above.  Does npm ping reach the registry?  Behind" \
    "a proxy: npm config set proxy URL; with a certificate authority of your" \
    "own: npm config set cafile FILE; with a registry of your own: npm" \
    "config set registry URL.  Then run make again." >&2; exit 1; }
endef
# A module has the ending .js: nginx's own MIME types know no other.
# Fonts and libraries lie there with their licences.
XTERM = static/node_modules/@xterm/xterm
GEIST = static/node_modules/@fontsource-variable/geist
static/vendor/xterm.js: static/package-lock.json
	$(call npm_ci,static)
	$(Q)mkdir -p $(@D) && rm -f $(@D)/* && cd $(@D) && \
	    cp ../../$(XTERM)/css/xterm.css . && cp ../../$(XTERM)/LICENSE xterm-LICENSE.txt && \
	    cp ../../$(GEIST)/files/geist-latin-wght-normal.woff2 geist.woff2 && \
	    cp ../../$(GEIST)/files/geist-latin-ext-wght-normal.woff2 geist-ext.woff2 && \
	    cp ../../$(GEIST)/LICENSE geist-LICENSE.txt && \
	    cp ../../$(XTERM)/lib/xterm.mjs xterm.js

# Installs those of the packages that are not there yet; asks apt for nothing
# where none is missing.
SUDO = $(if $(filter 0,$(shell id -u)),,sudo)
APT  = $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get -qq -y
define install
@missing=$$(for p in $(1); do dpkg -s $$p 2>/dev/null | \
    grep -q '^Status: install ok' || echo $$p; done); \
[ -z "$$missing" ] || { echo "installing" $$missing; mkdir -p $(B); \
    { $(APT) update && $(APT) install --no-install-recommends $$missing; } \
    $(if $(V),,>$(B)/apt.log 2>&1) </dev/null || { \
    $(if $(V),,tail -20 $(B)/apt.log;) echo "apt-get could not install" \
    "the packages named above" >&2; exit 1; }; }
endef
deps:
	$(call install,$(RUN_PACKAGES))
	$(call install,$$(command -v npm >/dev/null || echo $(NPM_PACKAGES)))
deps-test: deps users
	$(call install,$(TEST_PACKAGES))
	$(call install,$(CLANG_RT))

# As many jobs as there are cores, where make was not told.
JOBS = $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))
# build MAKE TARGETS: a line that says how much is to be done, and does it.
define build
+@n=$$($(1) -n $(2) 2>/dev/null | grep -c ' -c -o '); \
if $(1) -q $(2) >/dev/null 2>&1; then echo "$(3) is up to date"; else \
    echo "building $(3) ($$n files to compile)"; $(1) $(JOBS) $(2); fi
endef
PLAIN = $(MAKE) --no-print-directory
SERVE = countersign serve --data $(DATA) --runbooks $(RUNBOOKS) \
	--host $(HOST) --port $(PORT) $(if $(TLS_CERT),--tls-cert $(TLS_CERT)) \
	$(if $(TLS_KEY),--tls-key $(TLS_KEY))

# Started as root, the console gives its programs and the scripts that run on
# this machine users of their own.
users:
	@[ "$$(id -u)" != 0 ] || for u in web keeper nginx local; do \
	    getent passwd countersign-$$u >/dev/null || { \
	    home=/nonexistent; make=--no-create-home; [ $$u != local ] || { \
	    home=/var/lib/countersign-local; make=--create-home; }; \
	    useradd --system --user-group $$make --home-dir $$home \
	    --shell /usr/sbin/nologin countersign-$$u; } || exit 1; done

run: deps users
	$(call build,$(PLAIN),all,$(B))
	@if [ -e $(DATA)/countersign.db ]; then \
	    echo "the data folder $(DATA) is there already and is used"; \
	    else echo "making the data folder $(DATA)"; fi
	@exec $(B)/$(SERVE)

# The sanitizers' build, which the tests use.
ASAN = $(PLAIN) B=build/asan SAN="$(SAN_FLAGS)" CFLAGS="-O1 -g"
asan: static/vendor/xterm.js
	$(call build,$(ASAN),all unit-built,build/asan)
dev: deps users
	$(call build,$(ASAN),all,build/asan)
	@exec build/asan/$(SERVE)
# The programs of the tests, one after another.
built:
	$(call build,$(PLAIN),all,$(B))
	+@$(PLAIN) asan

define program
$(B)/$(1): $(filter-out $($(1)_WITHOUT:%=$(B)/obj/%),$(call objs,$($(1)_DIRS)))
	$$(Q)$$(CC) $$(ALL_CFLAGS) $$(LINK) -o $$@ $$^ $$($(1)_LIBS)
endef
$(foreach p,$(PROGRAMS),$(eval $(call program,$(p))))

$(B)/obj/%.o: fcgi/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# The schema as a C string, for migrate.c.
AS_STRING = sed 's/\\/\\\\/g; s/"/\\"/g; s/.*/"&\\n"/'
$(B)/obj/journal/migrate.o: $(B)/schema.inc
$(B)/schema.inc: fcgi/journal/schema.sql
	@mkdir -p $(@D)
	$(Q)$(AS_STRING) $< >$@
# The programs that run on targets, without their comments, for programs.c.
REMOTE = $(patsubst fcgi/executor/remote/%,$(B)/%.inc,$(wildcard fcgi/executor/remote/*.sh fcgi/executor/remote/*.py))
$(B)/obj/executor/remote/programs.o: $(REMOTE)
$(REMOTE): $(B)/%.inc: fcgi/executor/remote/%
	@mkdir -p $(@D)
	$(Q)sed '/^[[:space:]]*#/d' $< | $(AS_STRING) >$@

# The filter of pandoc, for pandoc.c.
$(B)/obj/cli/pandoc.o: $(B)/pandoc.lua.inc
$(B)/pandoc.lua.inc: fcgi/cli/pandoc.lua
	@mkdir -p $(@D)
	$(Q)$(AS_STRING) $< >$@

# The runbook of /ui in each language, for sample.c.
$(B)/obj/web/views/sample.o: $(B)/sample.en.md.inc $(B)/sample.zh-CN.md.inc
$(B)/sample.%.md.inc: fcgi/web/views/sample.%.md
	@mkdir -p $(@D)
	$(Q)$(AS_STRING) $< >$@

# The texts in each language as C strings, for catalogue.c.
$(B)/obj/base/catalogue.o: $(B)/messages-en.inc $(B)/messages-zh-CN.inc
$(B)/messages-%.inc: static/messages/%.json
	@mkdir -p $(@D)
	$(Q)sed 's/\\/\\\\/g; s/"/\\"/g; s/.*/"&\\n"/' $< >$@

# tests/unit/test_FOLDER_WHAT.c is linked with the layers, with FOLDER, whose
# main() stays away, and with UNIT_FOLDER, which makes the record it reads.
UNIT_runner = keeper
UNIT_cli    = keeper
TEST_OBJS = $(filter-out %/main.o,$(call objs,$(sort base lang plan compiler inventory import journal \
	    wire pack html $(1))))
UNIT_TESTS = $(patsubst tests/unit/%.c,$(B)/tests/%,$(wildcard tests/unit/test_*.c))

comma = ,
# From an archive the linker takes the objects that a test needs; of the
# executor all, as its kinds of step are weak references (actions/act.h).
define archive
$(B)/tests/$(1).a: $(call TEST_OBJS,$(1) $(UNIT_$(1)))
	@mkdir -p $$(@D)
	$$(Q)rm -f $$@ && ar rcs --thin $$@ $$^
endef
folder_of = $(word 2,$(subst _, ,$(notdir $(1))))
$(foreach f,$(sort $(foreach t,$(UNIT_TESTS),$(call folder_of,$(t)))),$(eval $(call archive,$(f))))

define unit
$(B)/tests/$(1): tests/unit/$(1).c $(B)/tests/$(2).a $(wildcard tests/unit/*.h)
	$$(Q)$$(CC) $$(CPPFLAGS) $$(ALL_CFLAGS) $$(LINK) -o $$@ $$< $(if $(filter executor,$(2)),-Wl$(comma)--whole-archive) $(B)/tests/$(2).a -Wl,--no-whole-archive -lcmocka -lfcgi $$(countersign-executor-clients_LIBS) $$(countersign-keeper_LIBS) $$(BOOK_LIBS)
endef
$(foreach t,$(notdir $(UNIT_TESTS)),$(eval $(call unit,$(t),$(call folder_of,$(t)))))

unit-built: $(UNIT_TESTS) $(B)/tests/render
unit: asan
	@tests/run -j $(TEST_JOBS) $(UNIT_TESTS:$(B)/%=build/asan/%)

# The examples of the Markdown specifications, which npm fetches.
$(B)/tests/render: tests/spec/render.c $(call objs,base lang plan compiler inventory)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) $(LINK) -o $@ $^ $(BOOK_LIBS)
spec: asan tests/spec/node_modules
	@tests/run tests/spec/test_spec.py
tests/spec/node_modules: tests/spec/package-lock.json
	$(call npm_ci,tests/spec)
	@touch $@

# Everything that a fresh machine can check, the quick things first.  A part
# that fails hides none behind it; the last lines name all that failed.
PARTS = lint unit spec system fuzz
test: deps-test
	+@tests/run --parts $(PARTS)
test-long: deps-test
	+@FUZZ_SECONDS=300 tests/run --parts long fuzz
# Tests wait more than they compute, so that there is one more than cores; those
# of whole consoles wait for two thirds of their time.
TEST_JOBS = $(shell echo $$(($$(nproc) + 1)))
SYSTEM_JOBS = $(shell echo $$(($$(nproc) * 2)))

# The layout of all C.
format:
	@find fcgi tests -name node_modules -prune -o -name '*.[ch]' -print | \
	    xargs clang-format --style=file:fcgi/.clang-format -i

lint: tests/lint/js/node_modules
	$(call build,$(PLAIN),all,$(B))
	@echo "clang looks at all C"
	@find fcgi -name '*.c' | xargs -n 24 -P $$(nproc) clang -fsyntax-only $(CPPFLAGS) $(ALL_CFLAGS)
	@tests/unit/layers.sh build
	@tests/lint/js/node_modules/.bin/eslint -c tests/lint/js/eslint.config.js \
	    --max-warnings 0 static/js/*.js tests/browser/*.js
tests/lint/js/node_modules: tests/lint/js/package-lock.json
	$(call npm_ci,tests/lint/js)
	@touch $@

# Each starts a console of its own on loopback (tests/e2e/console.py).
E2E     = $(wildcard tests/e2e/test_*.py)
FAULT   = $(wildcard tests/fault/test_*.py)
LAB_TESTS = tests/e2e/fate.py $(wildcard tests/lab/test_*.py tests/lab/run-*.py)
BROWSER = $(wildcard tests/browser/*.py)
e2e: built
	@tests/run -j $(TEST_JOBS) $(E2E)
fault: built
	@tests/run -j $(TEST_JOBS) $(FAULT)
fate: built
	@tests/run -j $(TEST_JOBS) $(LAB_TESTS)
browser: built tests/browser/node_modules
	@tests/run -j $(TEST_JOBS) $(BROWSER)
# All of them at once, the longest first, so that none is left alone at the end.
LONGEST = tests/browser/run.py tests/e2e/test_step_ssh.py tests/e2e/test_verify.py \
	  tests/browser/streams.py tests/browser/fate.py tests/browser/lighthouse.py tests/fault/test_fail.py \
	  tests/e2e/test_silence.py \
	  $(patsubst %,tests/e2e/test_%.py,sql reach report press accounts) \
	  $(patsubst %,tests/fault/test_%.py,accept kill) tests/e2e/fate.py \
	  $(wildcard tests/lab/run-*.py)
system: built tests/browser/node_modules
	@tests/run -j $(SYSTEM_JOBS) $(LONGEST) \
	    $(filter-out $(LONGEST),$(E2E) $(FAULT) $(BROWSER) $(LAB_TESTS))
long: built
	@LONG=1 tests/run $(wildcard tests/long/test_*) tests/e2e/test_verify.py tests/e2e/test_report.py
# Pictures of all pages, and of all parts of /ui, in build/pictures.
pictures: deps-test tests/browser/node_modules
	$(call build,$(PLAIN),all,$(B))
	@tests/browser/pictures/take.py
# Pictures in build/shots-lab/NAME; an hour for all of them.
SHOTS_LAB = fate poa metis xpulse loonflow
shots-lab: deps-test tests/browser/node_modules
	$(call build,$(PLAIN),all,$(B))
	@for n in $(SHOTS_LAB); do rm -rf build/shots-lab/$$n; \
	    B=$(B) LAB_PAGES=build/shots-lab/$$n tests/run tests/lab/run-$$n.py || \
	    bad=1; done; exit $${bad-0}
tests/browser/node_modules: tests/browser/package-lock.json
	$(call npm_ci,tests/browser)
	@touch $@
# Each parser of foreign bytes under libFuzzer (clang), for FUZZ_SECONDS (6).
# fuzz_NAME.c is linked with the layers and, where it tests a program's parsers,
# with the folder FUZZ_NAME.
FUZZ_compile = compile
FUZZ_executor = executor
FUZZ_recorder = executor
FUZZ_report = cli
FUZZ_web = web
FUZZING    = $(PLAIN) B=build/fuzz CC=clang CFLAGS="-O1 -g" \
	     SAN="-fsanitize=fuzzer-no-link,$(SANITIZE)"
FUZZERS    = $(patsubst tests/fuzz/%.c,$(B)/%,$(wildcard tests/fuzz/fuzz_*.c))
define fuzzer
$(B)/fuzz_$(1): tests/fuzz/fuzz_$(1).c $(call TEST_OBJS,$(FUZZ_$(1)))
	$$(Q)$$(CC) $$(CPPFLAGS) $$(ALL_CFLAGS) $$(LINK) -fsanitize=fuzzer,$$(SANITIZE) -o $$@ $$^ -lfcgi $$(countersign-executor-clients_LIBS) -lsqlite3 $$(PACK_LIBS) $$(BOOK_LIBS)
endef
$(foreach f,$(FUZZERS),$(eval $(call fuzzer,$(patsubst $(B)/fuzz_%,%,$(f)))))
fuzz-built: $(FUZZERS)
fuzz:
	$(call build,$(FUZZING),fuzz-built,build/fuzz)
	@tests/run -j $(shell nproc) $(FUZZERS:$(B)/%="tests/fuzz/run build/fuzz/%")
BENCH = $(B)/bench/page $(B)/bench/commits $(B)/bench/commands $(B)/bench/fan \
	$(B)/bench/take
$(B)/bench/%: tests/bench/%.c $(call objs,base lang plan wire)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) $(LINK) -o $@ $^ -lfcgi -lsqlite3 -lssh2 $(LANG_LIBS)
bench: deps-test all tests/browser/node_modules $(BENCH)
	@python3 tests/bench/bench.py
	@python3 tests/bench/fanout.py
	@python3 tests/browser/lighthouse.py 5

-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)

# The lab's hosts need root; they go when the console is stopped.
lab: RUNBOOKS = $(LAB)/runbooks
lab: DATA = $(LAB)/data
lab: deps-test
	$(call build,$(PLAIN),all,$(B))
	@exec tests/lab/console $(if $(SUDO),--sudo) $(LAB) http://$(HOST):$(PORT)/ $(B)/$(SERVE)

clean:
	rm -rf build

.PHONY: all asan bench browser built clean deps deps-test dev e2e fate fault \
	format fuzz fuzz-built lab lint long pictures run shots-lab spec system test test-long unit unit-built \
	users
