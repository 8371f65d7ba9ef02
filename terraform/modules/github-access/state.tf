# The Terraform state: who may read it (jobs.tf), and who may write it.
locals {
  state_object  = "${local.s3}${var.infrastructure.state.bucket}/${var.infrastructure.state.key}"
  state_lock    = "${local.state_object}.tflock"
  state_objects = [local.state_object, local.state_lock]

  may_keep_state = concat(
    [
      { Sid = "FindTheState", Effect = "Allow", Action = ["s3:ListBucket"], Resource = ["${local.s3}${var.infrastructure.state.bucket}"] },
      { Sid = "KeepTheState", Effect = "Allow", Action = ["s3:GetObject", "s3:PutObject"], Resource = local.state_objects },
      { Sid = "Unlock", Effect = "Allow", Action = ["s3:DeleteObject"], Resource = [local.state_lock] },
    ],
    [
      for arn in compact([var.infrastructure.state.kms_key_arn]) :
      { Sid = "EncryptTheState", Effect = "Allow", Action = ["kms:Decrypt", "kms:GenerateDataKey"], Resource = [arn], Condition = local.by_way_of_s3 }
    ],
  )
}
