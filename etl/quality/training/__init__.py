"""Trains the scorer from coded articles."""
