//! The blends themselves.

use super::{Blend, Op, Part, Recipe, Zone};
use contend_harness::tape::KeyDistribution;

/// Keys where nothing else is said, as many as the other workloads have.
const KEYS: usize = 10_000;

/// Keys of boost's blend, and of JCTools'.
const MANY_KEYS: usize = 100_000;

/// Keys of sync.Map's blends.
///
/// Source: `map_bench_test.go` of Go's `sync`: 1,023 keys that are there and one that is not, or the other way round.
const SYNC_MAP_KEYS: usize = 1_024;

/// Keys that bustle's blends look up, replace, insert and remove.
///
/// Chosen here because the share of lookups that find their key then stays within half a point of its target.
const BUSTLE_KEYS: usize = 40_000;

/// What the sizes are called, and are.
const SIZES: [(&str, &str, usize); 4] = [
    ("100", "100", 100),
    ("1k", "1,000", 1_000),
    ("100k", "100,000", 100_000),
    ("1m", "1,000,000", 1_000_000),
];

/// Lookups in a thousand where sizes are compared.
const READ_PERMILLES: [u32; 3] = [1000, 990, 750];

/// Changing keys for each that stays, where sizes are compared: as a divisor.
const CHANGING_DIVISOR: usize = 4;

impl Blend {
    /// Integer keys.
    pub fn integer() -> Vec<Self> {
        [updates(), sizes(), bustle(), boost(), sync_map()].concat()
    }

    /// Text keys.
    pub fn text() -> Vec<Self> {
        vec![jctools(), get_or_insert()]
    }

    fn of(id: &str, question: &str, parts: &[(Op, Zone, u32)]) -> Self {
        let parts = parts.iter().filter(|(_, _, permille)| *permille > 0);
        let recipe = Recipe {
            parts: parts
                .map(|(op, zone, permille)| Part { op: *op, zone: *zone, permille: *permille })
                .collect(),
            staying: 0,
            changing: 0,
            distribution: KeyDistribution::Uniform,
        };
        Self { id: id.to_owned(), question: question.to_owned(), recipe }
    }

    fn staying(mut self, keys: usize) -> Self {
        self.recipe.staying = keys;
        self
    }

    fn changing(mut self, keys: usize) -> Self {
        self.recipe.changing = keys;
        self
    }

    fn zipf(mut self, exponent: f64) -> Self {
        self.recipe.distribution = KeyDistribution::Zipf { exponent };
        self
    }
}

/// Source: the entry update of <https://github.com/SF-Zhou/lockmap>, of which eight keys are hot.
fn updates() -> Vec<Blend> {
    let of = |id, keys_asked: &str, keys| {
        let question =
            format!("Which map, if all threads change {keys_asked} in place, and no change may be lost?");
        Blend::of(id, &question, &[(Op::Update, Zone::Staying, 1000)]).staying(keys)
    };
    vec![
        of("update-hot-1", "the value of one key", 1),
        of("update-hot-8", "the values of 8 keys", 8),
        of("update-uniform", "the values of 10,000 keys", KEYS),
    ]
}

/// Source: <https://github.com/puzpuzpuz/go-concurrent-map-bench> at 0ecb5de, with lookups that always find their key.
fn sizes() -> Vec<Blend> {
    let of = |(name, keys_asked, keys): (&str, &str, usize), read_permille: u32| {
        let id = format!("integer-read-{}-of-{name}", read_permille / 10);
        let others = match 100 - read_permille / 10 {
            0 => format!("only look up {keys_asked} keys"),
            percent => {
                format!("look up {keys_asked} keys and {percent} % of the operations insert or remove others")
            }
        };
        let writes = (1000 - read_permille) / 2;
        let parts = [
            (Op::Get, Zone::Staying, read_permille),
            (Op::Insert, Zone::Changing, writes),
            (Op::Remove, Zone::Changing, writes),
        ];
        let blend = Blend::of(&id, &format!("Which map, if all threads {others}?"), &parts);
        blend.staying(keys).changing(keys / CHANGING_DIVISOR)
    };
    SIZES.iter().flat_map(|size| READ_PERMILLES.map(|read_permille| of(*size, read_permille))).collect()
}

/// Source: the mixes of <https://github.com/jonhoo/bustle> 0.5.1, of which the one that mostly inserts is not here: its
/// map only grows.
fn bustle() -> Vec<Blend> {
    let of = |name: &str, [read, insert, remove, update]: [u32; 4]| {
        let question = format!(
            "Which map, if {read} % of the operations look up, {insert} % insert or replace, {remove} % remove and \
             {update} % replace keys that come and go, two thirds of which are there?"
        );
        let parts = [(Op::Get, read), (Op::Insert, insert), (Op::Remove, remove), (Op::Set, update)];
        let parts = parts.map(|(op, percent)| (op, Zone::Changing, percent * 10));
        Blend::of(&format!("bustle-{name}"), &question, &parts).changing(BUSTLE_KEYS)
    };
    vec![
        of("read-heavy", [94, 2, 1, 3]),
        of("update-heavy", [35, 10, 5, 50]),
        of("uniform", [20, 40, 20, 20]),
    ]
}

/// Source: `parallel_load` of boost's `boost_unordered_benchmarks`, branch `boost_concurrent_flat_map`, in a map that
/// does not begin empty.
fn boost() -> Vec<Blend> {
    let of = |(name, exponent): (&str, f64)| {
        let question = format!(
            "Which map, if 10 % of the operations change a value in place, 45 % find their key and 45 % do not, and \
             some of 100,000 keys are more popular (Zipf {exponent})?"
        );
        let parts =
            [(Op::Update, Zone::Staying, 100), (Op::Get, Zone::Staying, 450), (Op::Get, Zone::Absent, 450)];
        Blend::of(&format!("boost-load-zipf-{name}"), &question, &parts).staying(MANY_KEYS).zipf(exponent)
    };
    [("001", 0.01), ("050", 0.5), ("099", 0.99)].map(of).to_vec()
}

/// Source: as for [`SYNC_MAP_KEYS`].
fn sync_map() -> Vec<Blend> {
    let reads = |hits| [(Op::Get, Zone::Staying, hits), (Op::Get, Zone::Absent, 1000 - hits)];
    vec![
        Blend::of(
            "sync-map-mostly-hits",
            "Which map, if all threads look up a thousand keys, and one lookup in a thousand finds nothing?",
            &reads(999),
        )
        .staying(SYNC_MAP_KEYS),
        Blend::of(
            "sync-map-mostly-misses",
            "Which map, if all threads look up a thousand keys, and one lookup in a thousand finds something?",
            &reads(1),
        )
        .staying(SYNC_MAP_KEYS),
        Blend::of(
            "sync-map-balanced",
            "Which map, if half of the operations insert a key if it is absent, and the others remove one?",
            &[(Op::InsertAbsent, Zone::Changing, 500), (Op::Remove, Zone::Changing, 500)],
        )
        .changing(SYNC_MAP_KEYS),
        Blend::of(
            "sync-map-collision",
            "Which map, if all threads insert one key if it is absent, and it never is?",
            &[(Op::InsertAbsent, Zone::Staying, 1000)],
        )
        .staying(1),
    ]
}

/// Source: `ConcurrentMapThroughput` of <https://github.com/JCTools/JCTools> at c331221.
fn jctools() -> Blend {
    Blend::of(
        "jctools-get-50",
        "Which map, if 50 % of the operations on 100,000 keys look up, 25 % insert if absent and 25 % remove?",
        &[
            (Op::Get, Zone::Changing, 500),
            (Op::InsertAbsent, Zone::Changing, 250),
            (Op::Remove, Zone::Changing, 250),
        ],
    )
    .changing(MANY_KEYS)
}

/// The articles' "80 % reads, 1 % writes", read so that the rest are lookups that would insert.
fn get_or_insert() -> Blend {
    Blend::of(
        "read-80-get-or-insert-19-set-1",
        "Which map, if 80 % of the operations on 10,000 keys look up, 19 % would insert if absent, and 1 % replace?",
        &[(Op::Get, Zone::Staying, 800), (Op::InsertAbsent, Zone::Staying, 190), (Op::Set, Zone::Staying, 10)],
    )
    .staying(KEYS)
}
