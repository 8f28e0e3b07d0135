//! The widget's entry point: hands the page over to the library, and nothing else.

/// Half the size of the library's own, which is made for threads and gigabytes.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

fn main() {
    pronto::start();
}
