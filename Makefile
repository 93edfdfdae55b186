# tapscope: GNU make, one file, no other build system.
#
#   make            build build/tapscope with what is installed
#   make demo       install what is missing, build, show the main job
#   make test       install what tests need, build, run every test
#   make check      the tests alone, nothing installed
#   make help       all targets

CC      ?= cc
BUILD   ?= build
PREFIX  ?= /usr/local
VERSION := $(shell sed -n 's/^\#define TAPSCOPE_VERSION "\(.*\)"/\1/p' cli/version.h)

PKGS     := libpcap jansson zlib libzstd liblz4 libxxhash
APT_DEMO := gcc make pkg-config libpcap-dev libjansson-dev zlib1g-dev \
            libzstd-dev liblz4-dev libxxhash-dev
APT_TEST := $(APT_DEMO) libcmocka-dev clang libclang-rt-14-dev \
            python3-jsonschema zstd lz4 gzip tshark tcptrace
APT_LINT := $(APT_TEST) clang-format clang-tidy cppcheck shellcheck

OPT      ?= -O2 -g
WARN     := -Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes \
            -Wvla -Wpointer-arith -Wwrite-strings -Wformat=2 -pedantic
# Link-time optimisation of the program itself: the hot path crosses files, and
# 5 % of a report's time are calls between them. gcc only, optimised builds
# only; tests link the same objects without it.
LTO := $(if $(SAN),,$(if $(findstring -O2,$(OPT)),$(shell $(CC) -v 2>&1 | \
         grep -q '^gcc version' && echo -flto=auto)))
CPPFLAGS += -D_GNU_SOURCE -I. -I$(BUILD)
CFLAGS   += -std=c11 $(OPT) $(if $(LTO),$(LTO) -ffat-lto-objects) $(WARN) $(SAN) -pthread -fstack-protector-strong
LDFLAGS  += $(SAN) -pthread
NOLTO    := $(if $(LTO),-fno-lto)
PKG_CFLAGS = $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
PKG_LIBS   = $(shell pkg-config --libs $(PKGS) 2>/dev/null)

# dissect/ is built with -Wconversion as well: all its arithmetic is on
# numbers that a stranger sent.
# Sanitizers make gcc 12 see conversions that are not there.
DISSECT_WARN := $(if $(findstring sanitize,$(SAN)),,-Wconversion)

SRC_DISSECT := $(wildcard dissect/*.c dissect/core/*.c dissect/proto/*.c \
                 dissect/symptom/*.c dissect/advice/*.c)
SRC_REST    := $(wildcard captures/*.c views/*.c) \
               $(filter-out cli/main.c,$(wildcard cli/*.c))
SRC_GEN     := explain_pages.c
OBJ_LIB     := $(SRC_DISSECT:%.c=$(BUILD)/%.o) $(SRC_REST:%.c=$(BUILD)/%.o) \
               $(SRC_GEN:%.c=$(BUILD)/%.o)
LIB         := $(BUILD)/libtapscope.a
PAGES       := $(sort $(wildcard docs/explain/*.md))

TEST_SRC  := $(wildcard tests/unit/test_*.c)
TEST_BIN  := $(TEST_SRC:tests/unit/%.c=$(BUILD)/tests/%)
TEST_HELP := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/gen/*.c))
FUZZ_SRC  := $(wildcard tests/fuzz/fuzz_*.c)
FUZZ_BIN  := $(FUZZ_SRC:tests/fuzz/%.c=$(BUILD)/fuzz/%)
REPLAY_BIN := $(FUZZ_SRC:tests/fuzz/%.c=$(BUILD)/replay/%)

Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-6s %s\n' $(1) $(2))

.PHONY: all demo test check check-asan lint format check-format bench fuzz \
        cover install uninstall dist clean help deps deps-demo deps-test \
        deps-lint check-deps corpus lint-objects
.DELETE_ON_ERROR:
.SECONDARY:

all: check-deps $(BUILD)/tapscope

help:
	@sed -n 's/^#   //p' Makefile
	@echo 'check-asan  tests under ASan and UBSan     lint    static checks'
	@echo 'bench       speed and memory, as ratios    fuzz    T=pcapfile SECS=60'
	@echo 'corpus      every shared capture           cover   line coverage'
	@echo 'install     DESTDIR= PREFIX=               dist    tarball'

# What is missing is named with the package that brings it.
check-deps:
	@missing=; for p in $(PKGS); do \
	  pkg-config --exists $$p 2>/dev/null || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then \
	  echo "tapscope: missing libraries:$$missing" >&2; \
	  echo "tapscope: on Debian: apt-get install $(APT_DEMO)" >&2; exit 1; fi

deps-demo: ; @tests/install-packages $(APT_DEMO)
deps-test: ; @tests/install-packages $(APT_TEST)
deps-lint: ; @tests/install-packages $(APT_LINT)

$(BUILD)/tapscope: $(BUILD)/cli/main.o $(LIB)
	$(call say,LINK,$@)
	$(Q)$(CC) $(OPT) $(LTO) $(LDFLAGS) -o $@ $^ $(PKG_LIBS) -lm

$(LIB): $(OBJ_LIB)
	$(call say,AR,$@)
	$(Q)rm -f $@; ar rcs $@ $^

$(BUILD)/dissect/%.o: dissect/%.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(DISSECT_WARN) $(PKG_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/%.o: %.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(PKG_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/explain_pages.o: $(BUILD)/explain_pages.c
	$(call say,CC,$<)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -Wno-overlength-strings -MMD -MP -c -o $@ $<

$(BUILD)/explain_pages.c: $(PAGES) docs/embed-pages
	$(call say,GEN,$@)
	$(Q)mkdir -p $(@D)
	$(Q)docs/embed-pages $(PAGES) > $@

$(BUILD)/tests/%: $(BUILD)/tests/unit/%.o $(TEST_HELP) $(LIB)
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(NOLTO) $(LDFLAGS) -o $@ $^ $(PKG_LIBS) -lcmocka -lm

# Made without the library that its captures test.
$(BUILD)/mkcapture: $(BUILD)/tests/mkcapture.o $(TEST_HELP)
	$(call say,LINK,$@)
	$(Q)$(CC) $(NOLTO) $(LDFLAGS) -o $@ $^

$(BUILD)/bench/mkbench: $(BUILD)/tests/bench/mkbench.o $(TEST_HELP)
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(NOLTO) $(LDFLAGS) -o $@ $^

$(BUILD)/bench/%: $(BUILD)/tests/bench/%.o
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(NOLTO) $(LDFLAGS) -o $@ $^ $(PKG_LIBS) -lm

# Fuzz drivers: with libFuzzer (clang), and with a plain main to replay files.
FUZZ_FLAGS := -std=c11 -O1 -g -pthread -fsanitize=address,undefined \
              -fno-sanitize-recover=undefined
FUZZ_OBJ   := $(OBJ_LIB:$(BUILD)/%.o=$(BUILD)/fuzzobj/%.o)

$(BUILD)/fuzzobj/explain_pages.o: $(BUILD)/explain_pages.c
	$(Q)mkdir -p $(@D)
	$(Q)clang $(CPPFLAGS) $(FUZZ_FLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/fuzzobj/%.o: %.c
	$(call say,CLANG,$<)
	$(Q)mkdir -p $(@D)
	$(Q)clang $(CPPFLAGS) $(FUZZ_FLAGS) $(PKG_CFLAGS) \
	  -fsanitize=fuzzer-no-link -MMD -MP -c -o $@ $<

$(BUILD)/fuzz/%: tests/fuzz/%.c $(FUZZ_OBJ)
	$(call say,FUZZ,$@)
	$(Q)mkdir -p $(@D)
	$(Q)clang $(CPPFLAGS) $(FUZZ_FLAGS) $(PKG_CFLAGS) -fsanitize=fuzzer \
	  -o $@ $^ $(PKG_LIBS) -lm

$(BUILD)/replay/%: $(BUILD)/tests/fuzz/%.o $(BUILD)/tests/fuzz/replay.o $(LIB)
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(NOLTO) $(LDFLAGS) -o $@ $^ $(PKG_LIBS) -lm

demo: deps-demo
	@$(MAKE) --no-print-directory all $(BUILD)/mkcapture
	@tests/demo $(BUILD)

test: deps-test
	@$(MAKE) --no-print-directory check

check: all $(TEST_BIN) $(BUILD)/mkcapture $(REPLAY_BIN)
	@BUILD=$(BUILD) tests/run

check-asan:
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/asan OPT='-O1 -g' \
	  SAN='-fsanitize=address,undefined -fno-sanitize-recover=undefined' check

corpus: all
	@BUILD=$(BUILD) tests/corpus/run

bench: all $(BUILD)/bench/mkbench $(BUILD)/bench/bareloop
	@BUILD=$(BUILD) tests/bench/run $(BENCH)

FUZZ_T := $(if $(T),$(BUILD)/fuzz/fuzz_$(T),$(FUZZ_BIN))
SECS ?= 60
fuzz: $(FUZZ_T)
	@BUILD=$(BUILD) tests/fuzz/run $(SECS) $(FUZZ_T)

lint: deps-lint $(BUILD)/explain_pages.c
	@BUILD=$(BUILD) tests/lint

# All that is compiled, nothing linked.
lint-objects: $(OBJ_LIB) $(BUILD)/cli/main.o $(TEST_HELP) \
              $(patsubst %.c,$(BUILD)/%.o,$(TEST_SRC) $(FUZZ_SRC) \
                $(wildcard tests/*.c tests/fuzz/replay.c tests/bench/*.c))

format:
	@clang-format -i $$(git ls-files '*.c' '*.h')
check-format:
	@clang-format --dry-run -Werror $$(git ls-files '*.c' '*.h')

cover:
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/cover OPT='-O0 -g --coverage' check
	@gcov -n -o $(BUILD)/cover $$(find $(BUILD)/cover -name '*.gcda') \
	  2>/dev/null | grep -A1 "^File '\(dissect\|captures\|views\|cli\)" || true

install: all
	install -D -m 755 $(BUILD)/tapscope $(DESTDIR)$(PREFIX)/bin/tapscope
	install -D -m 644 docs/tapscope.1 $(DESTDIR)$(PREFIX)/share/man/man1/tapscope.1
	install -D -m 644 docs/tapscope.report.schema.json \
	  $(DESTDIR)$(PREFIX)/share/tapscope/tapscope.report.schema.json

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/tapscope \
	  $(DESTDIR)$(PREFIX)/share/man/man1/tapscope.1
	rm -rf $(DESTDIR)$(PREFIX)/share/tapscope

dist:
	@git archive --format=tar --prefix=tapscope-$(VERSION)/ HEAD | \
	  gzip -n > tapscope-$(VERSION).tar.gz
	@sha256sum tapscope-$(VERSION).tar.gz

clean:
	rm -rf $(BUILD)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
