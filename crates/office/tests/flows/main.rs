//! What flows do beyond their own steps: in a city of two bureaus, on days counted by hand with a calendar on paper.
//! June 2018: the 4th is a Monday, Monday the 18th is off.

mod city;
mod clocks;
mod notices;
mod openings;
mod others;
mod waiting;
mod written;
