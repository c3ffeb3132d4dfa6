//! Made-up data as the package declares it: what holds for every seed, what the seed decides, what is refused.

mod cases;
mod facts;
mod refused;
mod town;
