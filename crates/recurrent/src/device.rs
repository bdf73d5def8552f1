//! Devices by name.

use crate::Error;
use burn::tensor::Device;
use std::str::FromStr;

/// A kind of device that a run can be placed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DeviceName {
    /// This machine's processor.
    #[default]
    Cpu,
    /// The first CUDA device; needs the feature `cuda`.
    Cuda,
    /// The default WebGPU device; needs the feature `webgpu`.
    WebGpu,
}

impl DeviceName {
    /// The device.
    ///
    /// # Errors
    /// Where its back end is not compiled in.
    pub fn device(self) -> Result<Device, Error> {
        match self {
            Self::Cpu => Ok(Device::flex()),
            #[cfg(feature = "cuda")]
            Self::Cuda => Ok(Device::cuda(0)),
            #[cfg(not(feature = "cuda"))]
            Self::Cuda => Err(Error::Device { device: "cuda" }),
            #[cfg(feature = "webgpu")]
            Self::WebGpu => Ok(Device::webgpu(burn::tensor::DeviceKind::DefaultDevice)),
            #[cfg(not(feature = "webgpu"))]
            Self::WebGpu => Err(Error::Device { device: "webgpu" }),
        }
    }
}

impl DeviceName {
    /// Fails where it is not the processor, which is where `what` is computed.
    ///
    /// # Errors
    /// Where it is another one.
    pub(crate) fn check_cpu(self, what: &str) -> Result<(), Error> {
        self.device()?;
        match self {
            Self::Cpu => Ok(()),
            _ => Err(Error::Setting {
                key: "--device".to_string(),
                expected: format!("cpu, where {what} are made"),
                found: format!("{self:?}").to_lowercase(),
            }),
        }
    }
}

impl FromStr for DeviceName {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "cpu" => Ok(Self::Cpu),
            "cuda" => Ok(Self::Cuda),
            "webgpu" => Ok(Self::WebGpu),
            _ => Err(format!("expected cpu, cuda or webgpu, found `{name}`")),
        }
    }
}
