"""Amazon SageMaker Ground Truth inside moto."""

from groundtruth_simulator.clock import Clock
from groundtruth_simulator.installation import install
from groundtruth_simulator.simulator import Simulator

__all__ = ["Clock", "Simulator", "install"]
